// The process that is recorded: a spooler under load, which says at each moment what clients and
// devices know, by writes to /dev/null that the recorder sees among those to the disk.
import { closeSync, openSync, writeSync } from 'node:fs';
import { FakeDevice } from '../../fakes/fake-monitor.ts';
import { SeededRandom } from '../../world/random.ts';
import { chunksOf, startLife } from './life.ts';

const clients = 3;
const jobsPerClient = 12;
const origin = { door: 'ipp', userName: 'ada', address: '::1', authenticated: false } as const;
const document = { name: '', format: 'application/octet-stream' } as const;

const [, , folder = '', seed = '1'] = process.argv;
const marks = openSync('/dev/null', 'w');
const mark = (text: string) => void writeSync(marks, text);
const random = new SeededRandom(Number(seed));

const life = await startLife({
  folder,
  devices: [new FakeDevice('left'), new FakeDevice('right')],
  firstBytes: {
    note: (_port, job) => mark(`sent ${job.id}`),
    mayHaveSent: () => true,
    begin: () => undefined,
    close: () => undefined,
  },
  onEvent(event) {
    if (event.type !== 'job-state-changed' || event.facts['state'] !== 'completed') return;
    mark(`completed ${event.jobId}`);
  },
});
const { printers, intake } = life.spooler;
const by = { kind: 'local-administrator' } as const;
const made = await printers.create('office', { portNames: ['left', 'right'] }, by);
if (made.kind === 'refused') throw new Error(made.message);
const printerId = made.printer.id;
mark('begin');
await Promise.all(
  Array.from({ length: clients }, async () => {
    for (let count = 0; count < jobsPerClient; count += 1) {
      const isLarge = random.integer(5) === 0;
      const bytes = random.bytes(
        isLarge ? 66_000 + random.integer(9_000) : random.integer(900) + 1,
      );
      const request = { printerId, name: '', origin, document };
      const answer = await intake.accept(chunksOf(bytes), request);
      if (answer.kind === 'accepted') mark(`accepted ${answer.job.id}`);
    }
  }),
);
mark('end');
closeSync(marks);
await life.stop();
