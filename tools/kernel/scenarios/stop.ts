// The end of the appliance while a printer holds.
import { addPrinter, kib, printerIs, type ScenarioGroup, submit } from '../bench.ts';
import { usbKey } from './usb-parts.ts';

export const stopGroup: ScenarioGroup = {
  name: 'stop',
  prepare: (bench) => addPrinter(bench, 'REDIR', usbKey('REDIR1')),
  scenarios: [
    {
      what: 'SIGTERM ends the appliance while a printer holds',
      isShort: true,
      async run(bench) {
        bench.redir.clear();
        bench.redir.behave({ holdAtByte: 0 });
        await submit(bench, 'REDIR', 100 * kib);
        await printerIs(bench.redir, ({ pending }) => pending > 0, 'a transfer is held');
        const startMs = bench.hal.clock.monotonicMs();
        await bench.guest.run('killall platen; while pidof platen >/dev/null; do sleep 0.2; done');
        return `${Math.round((bench.hal.clock.monotonicMs() - startMs) / 1000)} s`;
      },
    },
  ],
};
