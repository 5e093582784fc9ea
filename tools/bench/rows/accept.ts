// How fast jobs are accepted: 4 KiB each, by eight connections that stay, the same ones for all.

import { cpuTimeMs } from '../cpu-time.ts';
import type { BenchRow, Measured } from '../row.ts';
import {
  arrivalTimeoutMs,
  makeDocuments,
  perSecond,
  printAll,
  type ServedRound,
  servers,
} from '../served.ts';
import { digestOf, openSink, type Sink } from '../sink.ts';

const DOCUMENT_BYTES = 4096;
const CONNECTIONS = 8;
const WAITING_JOBS = 1000;
const PRINTING_JOBS = 200;

export const acceptRows: readonly BenchRow[] = [
  {
    name: 'accept/waiting',
    what: `${WAITING_JOBS} jobs of 4 KiB by ${CONNECTIONS} connections, to a stopped printer`,
    unit: 'jobs/s',
    peers: servers({ paused: true, openSink, round: waitingRound }),
  },
  {
    name: 'accept/printing',
    what: `${PRINTING_JOBS} jobs of 4 KiB by ${CONNECTIONS} connections, while they print`,
    unit: 'jobs/s',
    peers: servers({ paused: false, openSink, round: printingRound }),
  },
];

async function waitingRound({ server, seed }: ServedRound<Sink>): Promise<Measured> {
  const documents = makeDocuments(seed, WAITING_JOBS, DOCUMENT_BYTES);
  const cpuMs = await cpuTimeMs(server.pid);
  const { acceptedMs } = await printAll(server, documents, CONNECTIONS);
  const usedMs = (await cpuTimeMs(server.pid)) - cpuMs;
  const besides = { 'CPU ms/job': usedMs / WAITING_JOBS };
  return { rate: perSecond(WAITING_JOBS, acceptedMs), besides };
}

async function printingRound({ server, sink, seed }: ServedRound<Sink>): Promise<Measured> {
  const documents = makeDocuments(seed, PRINTING_JOBS, DOCUMENT_BYTES);
  const cpuMs = await cpuTimeMs(server.pid);
  const startMs = performance.now();
  const arrival = sink.waitFor(documents.map(digestOf), arrivalTimeoutMs);
  const [{ acceptedMs }] = await Promise.all([printAll(server, documents, CONNECTIONS), arrival]);
  const wholeMs = performance.now() - startMs;
  const usedMs = (await cpuTimeMs(server.pid)) - cpuMs;
  return {
    rate: perSecond(PRINTING_JOBS, acceptedMs),
    besides: {
      'end to end jobs/s': perSecond(PRINTING_JOBS, wholeMs),
      'CPU ms/job': usedMs / PRINTING_JOBS,
    },
  };
}
