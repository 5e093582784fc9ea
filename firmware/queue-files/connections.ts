// Who is connected to a queue: what a connection does on the server is this record, which an
// orderly disconnect takes away again.
import type { Clock, Random } from '../../hal/contract.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { Printer } from '../printers/printer.ts';
import type { CommitOutcome } from '../store/contract.ts';
import type { ConnectionEntry } from '../store/printer-data-rows.ts';
import type { Change } from '../store/records/table.ts';
import type { NewConnection, QueueFiles } from './contract.ts';
import type { QueueReading } from './reading.ts';

export interface ConnectionsOptions {
  readonly reading: QueueReading;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly printerById: (id: string) => Printer | undefined;
  readonly clock: Pick<Clock, 'wall'>;
  readonly random: Pick<Random, 'uuid'>;
}

export function createConnections({
  reading,
  commit,
  printerById,
  clock,
  random,
}: ConnectionsOptions): Pick<QueueFiles, 'connections' | 'connect' | 'disconnect'> {
  return {
    connections: (printerId) => reading.connections(printerId),
    async connect(printerId, wanted) {
      if (printerById(printerId) === undefined) return noPrinter(printerId);
      const problem = refuseWords(wanted);
      if (problem !== undefined) return problem;
      const all = await reading.connections(printerId);
      const known =
        all.find((each) => each.id === wanted.id) ?? all.find((each) => isSame(each, wanted));
      const { client, user, address } = wanted;
      const id = known?.id ?? random.uuid();
      const connection = { id, client, user, address, at: clock.wall() };
      const outcome = await commit([
        ...crowdedOut(printerId, known === undefined ? all : [], connection),
        { type: 'printer.connected', payload: { id: printerId, connection } },
      ]);
      return outcome.kind === 'refused' ? outcome : { kind: 'done', connection };
    },
    async disconnect(printerId, connection) {
      const payload = { id: printerId, connection, at: clock.wall() };
      const outcome = await commit([{ type: 'printer.disconnected', payload }]);
      return outcome.kind === 'refused' ? outcome : { kind: 'done' };
    },
  };
}

/** Whoever may print may connect: strangers must not fill the registry, nor keep others out. */
function crowdedOut(
  printerId: string,
  all: readonly ConnectionEntry[],
  { at }: ConnectionEntry,
): readonly Change[] {
  if (all.length < limits.connectionsPerPrinter) return [];
  const [oldest] = all.toSorted((a, b) => a.at.ms - b.at.ms);
  if (oldest === undefined) return [];
  return [{ type: 'printer.disconnected', payload: { id: printerId, connection: oldest.id, at } }];
}

/** The same person at the same machine has one connection, however often it is made. */
function isSame(a: NewConnection, b: NewConnection): boolean {
  return a.client === b.client && a.user === b.user && a.address === b.address;
}

function refuseWords({ client, user }: NewConnection): Refusal | undefined {
  const wrong = [client, user].find(
    (word) =>
      word === '' ||
      Buffer.byteLength(word) > limits.clientNameOctets ||
      !word.isWellFormed() ||
      /\p{C}/u.test(word),
  );
  if (wrong === undefined) return undefined;
  return refused('bad-request', `${JSON.stringify(wrong.slice(0, 100))} names no client or user.`);
}

function noPrinter(id: string): Refusal {
  return refused('printer-not-found', `There is no printer ${id}.`);
}
