// What answers at a group's address while its spooler starts: the same spooler, a moment later.
import type { Spooler } from '../spooler/contract.ts';

export interface WaitingSpoolerOptions {
  readonly id: string;
  /** The group's spooler; rejects with a RefusedError where it does not come in time. */
  readonly ready: () => Promise<Spooler>;
}

/**
 * A client that has reached the group's address has come to the right place; it waits rather than
 * hears that there is no such printer. Calls go on to the spooler once it is there.
 */
export function createWaitingSpooler({ id, ready }: WaitingSpoolerOptions): Spooler {
  const later =
    <Args extends readonly unknown[], Result>(
      call: (spooler: Spooler, ...args: Args) => Promise<Result>,
    ) =>
    async (...args: Args): Promise<Result> =>
      await call(await ready(), ...args);
  const health = { alive: false, problems: ['the spooler is starting'] } as const;
  return {
    id,
    permit: { live: () => false },
    printers: {
      list: later(({ printers }) => printers.list()),
      find: later(({ printers }, name: string) => printers.find(name)),
      create: later(({ printers }, ...args: Args<'printers', 'create'>) =>
        printers.create(...args),
      ),
      change: later(({ printers }, ...args: Args<'printers', 'change'>) =>
        printers.change(...args),
      ),
      operate: later(({ printers }, ...args: Args<'printers', 'operate'>) =>
        printers.operate(...args),
      ),
      remove: later(({ printers }, ...args: Args<'printers', 'remove'>) =>
        printers.remove(...args),
      ),
      status: later(({ printers }, printerId: string) => printers.status(printerId)),
      statuses: later(({ printers }, ids: readonly string[]) => printers.statuses(ids)),
    },
    intake: {
      accept: later(({ intake }, ...args: Args<'intake', 'accept'>) => intake.accept(...args)),
      validate: later(({ intake }, ...args: Args<'intake', 'validate'>) =>
        intake.validate(...args),
      ),
      create: later(({ intake }, ...args: Args<'intake', 'create'>) => intake.create(...args)),
      add: later(({ intake }, ...args: Args<'intake', 'add'>) => intake.add(...args)),
    },
    ports: {
      list: later(({ ports }) => ports.list()),
      monitors: () => [],
      xcv: later(({ ports }, ...args: Args<'ports', 'xcv'>) => ports.xcv(...args)),
      setLanguage: later(({ ports }, ...args: Args<'ports', 'setLanguage'>) =>
        ports.setLanguage(...args),
      ),
    },
    jobs: {
      list: later(({ jobs }, ...args: Args<'jobs', 'list'>) => jobs.list(...args)),
      find: later(({ jobs }, ...args: Args<'jobs', 'find'>) => jobs.find(...args)),
      cancel: later(({ jobs }, ...args: Args<'jobs', 'cancel'>) => jobs.cancel(...args)),
      cancelAll: later(({ jobs }, ...args: Args<'jobs', 'cancelAll'>) => jobs.cancelAll(...args)),
      hold: later(({ jobs }, ...args: Args<'jobs', 'hold'>) => jobs.hold(...args)),
      release: later(({ jobs }, ...args: Args<'jobs', 'release'>) => jobs.release(...args)),
      move: later(({ jobs }, ...args: Args<'jobs', 'move'>) => jobs.move(...args)),
      change: later(({ jobs }, ...args: Args<'jobs', 'change'>) => jobs.change(...args)),
      reprint: later(({ jobs }, ...args: Args<'jobs', 'reprint'>) => jobs.reprint(...args)),
      unsure: later(({ jobs }) => jobs.unsure()),
      settle: later(({ jobs }, ...args: Args<'jobs', 'settle'>) => jobs.settle(...args)),
      remove: later(({ jobs }, ...args: Args<'jobs', 'remove'>) => jobs.remove(...args)),
    },
    data: {
      enumKey: later(({ data }, ...args: Args<'data', 'enumKey'>) => data.enumKey(...args)),
      enumDataEx: later(({ data }, ...args: Args<'data', 'enumDataEx'>) =>
        data.enumDataEx(...args),
      ),
      getDataEx: later(({ data }, ...args: Args<'data', 'getDataEx'>) => data.getDataEx(...args)),
      setDataEx: later(({ data }, ...args: Args<'data', 'setDataEx'>) => data.setDataEx(...args)),
      deleteDataEx: later(({ data }, ...args: Args<'data', 'deleteDataEx'>) =>
        data.deleteDataEx(...args),
      ),
      deleteKey: later(({ data }, ...args: Args<'data', 'deleteKey'>) => data.deleteKey(...args)),
      changes: later(({ data }, printerId: string) => data.changes(printerId)),
    },
    files: {
      list: later(({ files }, printerId: string) => files.list(printerId)),
      facts: later(({ files }, printerId: string) => files.facts(printerId)),
      put: later(({ files }, ...args: Args<'files', 'put'>) => files.put(...args)),
      remove: later(({ files }, ...args: Args<'files', 'remove'>) => files.remove(...args)),
      open: later(({ files }, ...args: Args<'files', 'open'>) => files.open(...args)),
      manifest: later(({ files }, ...args: Args<'files', 'manifest'>) => files.manifest(...args)),
      connections: later(({ files }, printerId: string) => files.connections(printerId)),
      connect: later(({ files }, ...args: Args<'files', 'connect'>) => files.connect(...args)),
      disconnect: later(({ files }, ...args: Args<'files', 'disconnect'>) =>
        files.disconnect(...args),
      ),
    },
    start: () => Promise.resolve(),
    lookAgain: () => undefined,
    drain: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    looksAlive: () => health,
    isAlive: () => Promise.resolve(health),
  };
}

type Args<
  Room extends 'printers' | 'intake' | 'ports' | 'jobs' | 'data' | 'files',
  Name extends keyof Spooler[Room],
> = Spooler[Room][Name] extends (...args: infer Given) => unknown ? Given : never;
