// A USB printer that the guest's vhci-hcd attaches.
import assert from 'node:assert/strict';
import {
  addPrinter,
  isDone,
  jobIs,
  kib,
  printerIs,
  printsWhole,
  type Scenario,
  type ScenarioGroup,
  submit,
} from '../bench.ts';
import { arrivedAt, attach, usbKey } from './usb-parts.ts';

const scenarios: readonly Scenario[] = [
  {
    what: 'a USB printer by USB/IP gets a document byte for byte',
    run: (bench) => printsWhole(bench, 'OVERIP', 1024 * kib, arrivedAt(bench.overIp)),
  },
  {
    what: 'a USB/IP printer detached in the middle and attached again prints the job anew',
    isShort: true,
    async run(bench) {
      bench.overIp.clear();
      bench.overIp.behave({ unplugAtByte: 100 * kib });
      const { job, sha256 } = await submit(bench, 'OVERIP', 300 * kib);
      await printerIs(bench.overIp, ({ isPlugged }) => !isPlugged, 'it is detached');
      bench.overIp.clear();
      bench.overIp.behave({});
      bench.overIp.plug();
      await attach(bench, bench.usbIpPorts.overIp);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      assert.equal(bench.overIp.record().sha256, sha256);
      return 'printed whole after it was attached again';
    },
  },
];

export const usbIpGroup: ScenarioGroup = {
  name: 'usb-ip',
  async prepare(bench) {
    await attach(bench, bench.usbIpPorts.overIp);
    await addPrinter(bench, 'OVERIP', usbKey('OVERIP1'));
  },
  scenarios,
};
