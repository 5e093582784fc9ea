// The parallel ports: QEMU's, which only takes, and one of ours with lines that can be set.
import assert from 'node:assert/strict';
import {
  addPrinter,
  type Bench,
  isDone,
  jobIs,
  kib,
  portSays,
  printsWhole,
  type Scenario,
  type ScenarioGroup,
  sentTo,
  sha256Of,
  submit,
} from '../bench.ts';

/** What stands for the printer keeps all that it took here. */
const takenFile = '/tmp/parallel-taken';
const sizeBytes = 60 * kib;
const retrySeconds = 10;

const scenarios: readonly Scenario[] = [
  {
    what: 'a printer at the parallel port gets a document byte for byte',
    isShort: true,
    async run(bench) {
      const before = (await sentTo(bench.parallelFile)).length;
      return printsWhole(bench, 'LPT1', 100 * kib, async () => {
        const sent = (await sentTo(bench.parallelFile)).subarray(before);
        return { bytes: sent.length, sha256: sha256Of(sent) };
      });
    },
  },
  {
    what: 'a parallel printer with all lines well gets a document byte for byte',
    async run(bench) {
      await forget(bench);
      return printsWhole(bench, 'LPT2', sizeBytes, () => taken(bench));
    },
  },
  ...(
    [
      ['paperout', 'media-empty'],
      ['offline', 'offline-report'],
      ['fault', 'offline-report'],
      ['busy', 'timed-out'],
    ] as const
  ).map(([line, reason]) => lineScenario(line, reason)),
  {
    what: 'a parallel printer that refuses holds no thread of the appliance',
    async run(bench) {
      await setLine(bench, 'offline', true);
      const { job } = await submit(bench, 'LPT2', sizeBytes);
      await portSays(bench, 'LPT2', 'offline-report');
      // Left to itself the driver sleeps 10 s in each refused write.
      const look = 'cat /proc/$(pidof platen)/task/*/stack | grep -c lp_write; sleep 0.2';
      const said = await bench.guest.run(`for turn in $(seq 30); do ${look}; done`);
      const held = said.split('\n').filter((count) => Number(count) > 0).length;
      await bench.platen.run(`job cancel ${job}`);
      await jobIs(bench, job, ({ state }) => state === 'canceled', 'it is cancelled');
      await setLine(bench, 'offline', false);
      assert.ok(held <= 10, `a thread was in the driver in ${held} of 30 looks`);
      return `in ${held} of 30 looks a thread was in the driver`;
    },
  },
  {
    what: 'a parallel printer out of paper in the middle goes on, and gets each byte once',
    isShort: true,
    async run(bench) {
      await forget(bench);
      const { job, sha256 } = await submit(bench, 'LPT2', 10 * sizeBytes);
      await bench.guest.run(`until [ -s ${takenFile} ]; do sleep 0.1; done`);
      await setLine(bench, 'paperout', true);
      await portSays(bench, 'LPT2', 'media-empty');
      const { bytes } = await taken(bench);
      assert.ok(bytes > 0 && bytes < 10 * sizeBytes, `${bytes} taken when the paper was out`);
      await setLine(bench, 'paperout', false);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual(await taken(bench), { bytes: 10 * sizeBytes, sha256 });
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
      return `out of paper after ${bytes} bytes`;
    },
  },
];

export const parallelGroup: ScenarioGroup = {
  name: 'parallel',
  async prepare(bench) {
    await addPrinter(bench, 'LPT1', '--monitor parallel --device /dev/lp0');
    await bench.guest.run('insmod /parport_sim.ko');
    await bench.guest.run(`cat /dev/parport_sim >>${takenFile} &`);
    await addPrinter(bench, 'LPT2', '--monitor parallel --device /dev/lp1');
    // For the printer that is busy and says nothing else: 90 s at first.
    await bench.platen.run(`port xcv LPT2 ConfigureLPTPortCommandOK {"seconds":${retrySeconds}}`);
  },
  scenarios,
};

function lineScenario(line: Line, reason: string): Scenario {
  return {
    what: `a parallel printer with its ${line} line on says ${reason}, then prints once`,
    async run(bench) {
      await forget(bench);
      await setLine(bench, line, true);
      const { job, sha256 } = await submit(bench, 'LPT2', sizeBytes);
      const message = await portSays(bench, 'LPT2', reason);
      assert.equal((await taken(bench)).bytes, 0);
      await setLine(bench, line, false);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual(await taken(bench), { bytes: sizeBytes, sha256 });
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
      return message;
    },
  };
}

type Line = 'paperout' | 'offline' | 'fault' | 'busy';

async function setLine({ guest }: Bench, line: Line, isOn: boolean): Promise<void> {
  await guest.run(`echo ${isOn ? 1 : 0} >/sys/module/parport_sim/parameters/${line}`);
}

async function forget({ guest }: Bench): Promise<void> {
  await guest.run(`: >${takenFile}`);
}

async function taken({ guest }: Bench) {
  const said = await guest.run(`sha256sum <${takenFile}; wc -c <${takenFile}`);
  const [sha256 = '', bytes = ''] = said.split('\n').map((line) => line.trim().split(' ')[0] ?? '');
  return { bytes: Number(bytes), sha256 };
}
