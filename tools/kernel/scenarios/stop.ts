// The end of the appliance while a printer holds.
import { kib, printerIs, type Scenario, submit } from '../bench.ts';

export const stopScenarios: readonly Scenario[] = [
  {
    what: 'SIGTERM ends the appliance while a printer holds',
    async run(bench) {
      bench.redir.behave({ holdAtByte: 0 });
      await submit(bench, 'REDIR', 100 * kib);
      await printerIs(bench.redir, ({ pending }) => pending > 0, 'a transfer is held');
      const startMs = bench.hal.clock.monotonicMs();
      await bench.guest.run('killall platen; while pidof platen >/dev/null; do sleep 0.2; done');
      return `${Math.round((bench.hal.clock.monotonicMs() - startMs) / 1000)} s`;
    },
  },
];
