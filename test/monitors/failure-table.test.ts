// How ports without hardware were seen to fail, row by row, and the tests that show each row:
// through a whole spooler, at the monitor, and on a real kernel (`npm run verify:kernel`).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** A file below the root of the project, and words of its tests as they are written there. */
type ShownBy = readonly [file: string, ...tests: readonly string[]];

interface Row {
  readonly failure: string;
  readonly shownBy: readonly ShownBy[];
}

const usbJobs = 'test/monitors/usb-jobs.test.ts';
const usb = 'test/monitors/usb-failures.test.ts';
const usbIpp = 'test/monitors/usb-ipp-failures.test.ts';
const usbIppChannel = 'test/monitors/usb-ipp-channel.test.ts';
const usbIdentity = 'test/monitors/usb-identity.test.ts';
const parallel = 'test/monitors/parallel-contract.test.ts';
const serial = 'test/monitors/serial-monitor.test.ts';
const onKernel = (group: string) => `tools/kernel/scenarios/${group}.ts`;

const rows: readonly Row[] = [
  {
    failure: 'USB, unplugged in the middle of a write: the transfer fails and the device is gone',
    shownBy: [
      [usbJobs, 'at each of 100 places: the job starts anew', 'before the first byte'],
      [usb, 'at each of 100 places fails the document', 'even one without a way back'],
      [usbIpp, 'at each of 100 places fails the document'],
      [onKernel('usb'), 'a cable pulled in the middle and plugged again'],
      [onKernel('usb-ip'), 'detached in the middle and attached again'],
      [onKernel('ipp-usb'), 'pulled in the middle and plugged again'],
    ],
  },
  {
    failure: 'USB, unplugged on a printer of labels or cheques: held for a person, and marked',
    shownBy: [[usbJobs, 'on a printer of labels: the job is held for a person']],
  },
  {
    failure: 'USB, the printer holds (NAK) for an hour: GET_PORT_STATUS says why, 0x30 or 0x18',
    shownBy: [
      [usbJobs, 'for an hour (${state}): the job waits, says why, and is printed once'],
      [usb, 'for an hour (${state}) is waited for, says so, and gets each byte once'],
      [usbIpp, 'for an hour is waited for, and gets each byte once'],
      [onKernel('ipp-usb'), 'a printer that stops reading by IPP over USB is waited for'],
    ],
  },
  {
    failure: 'USB, out of paper in the middle, and back',
    shownBy: [
      [usbJobs, 'at each of 20 places, for it is out of paper: the job goes on'],
      [usbIpp, 'for it has no paper is waited for, says so, and prints once'],
      [onKernel('usb'), 'a printer out of paper in the middle goes on'],
      [onKernel('ipp-usb'), 'a printer out of paper by IPP over USB is waited for'],
    ],
  },
  {
    failure: 'USB, a job that is held is cancelled: the next one is whole',
    shownBy: [
      [usbJobs, 'lets its job be cancelled, and prints the next one whole'],
      [usb, 'is made to forget a document by a soft reset, or else by one of its port'],
      [usbIpp, 'lets its document be discarded, and prints the next one whole'],
      [onKernel('usb'), 'a job that the printer holds can be cancelled'],
      [onKernel('ipp-usb'), 'a job that the printer holds by IPP over USB can be cancelled'],
    ],
  },
  {
    failure: 'USB, STALL: that write fails, the next one works',
    shownBy: [
      [usbJobs, 'a stall in the middle: the job starts anew, and is marked'],
      [usb, 'fails the document, for nobody knows what it took, and prints the next one'],
      [onKernel('usb'), 'a stall fails the attempt; the job starts anew and is marked'],
      [onKernel('ipp-usb'), 'a stall on an IPP channel fails the attempt'],
    ],
  },
  {
    failure: 'USB, queued is not printed: 8,192 bytes "written" to a printer that stalls are lost',
    shownBy: [
      [onKernel('usb'), 'is not done before its last byte was taken'],
      [usb, 'until the next call with the rest in other pieces gets each byte once'],
    ],
  },
  {
    failure: 'USB, 7/1/2 in alternate setting 0 beside 7/1/4 in 1: usblp has the first',
    shownBy: [
      [onKernel('ipp-usb'), 'a printer with IPP beside raw (7/1/2 and 7/1/4) takes both'],
      ['test/hal/usb-descriptors.test.ts', 'interfaces with their alternate settings and pipes'],
    ],
  },
  {
    failure: 'USB, three interfaces of 7/1/4 without a driver',
    shownBy: [
      [onKernel('ipp-usb'), 'a printer with nothing but IPP over USB gets a document'],
      ['test/monitors/usb-ipp.test.ts', 'channel(s) prints document after document'],
    ],
  },
  {
    failure: 'USB, another program has the interface',
    shownBy: [
      [usbJobs, 'for another program uses it: the job waits, says so, and prints once'],
      [usbIpp, 'is waited for, says so, and prints once that has ended'],
      [usbIppChannel, 'one that another program has is busy at once, and says who is to blame'],
      [onKernel('usb'), 'a USB printer that another program has is waited for'],
    ],
  },
  {
    failure: 'USB, a 1284 id that is garbage, or has no end',
    shownBy: [
      [usbJobs, '(${what}) prints each job once'],
      [usbIdentity, 'garbage and endless ids do no harm'],
      ['test/wire/ieee1284-device-id.test.ts', 'an id that repeats without end is read once'],
    ],
  },
  {
    failure: 'IPP over USB, an answer that is nonsense, or has no end',
    shownBy: [
      [usbIpp, 'makes a document wait, until it is well'],
      [usbIppChannel, 'an answer without an end costs a reset of the port, and no more'],
    ],
  },
  {
    failure: 'USB, twins with one serial number; a printer that does not answer when it is opened',
    shownBy: [
      [usbIdentity, 'two with one serial number are named by their sockets'],
      [usb, 'is brought back by ${remedy}'],
    ],
  },
  {
    failure: 'parallel, out of paper (0x70), off-line (0x40), fault, busy',
    shownBy: [
      [parallel, 'that is ${state} is waited for by that name, and the document goes on'],
      [onKernel('parallel'), 'line on says ${reason}, then prints once'],
      [onKernel('parallel'), 'a parallel printer out of paper in the middle goes on'],
    ],
  },
  {
    failure: 'parallel, a refused write sleeps 10 s in the kernel, non-blocking or not',
    shownBy: [[onKernel('parallel'), 'that refuses holds no thread of the appliance']],
  },
  {
    failure: 'parallel, the node disappears, or another program has it',
    shownBy: [
      [parallel, 'unplugged at each of 100 places fails with what it may have taken'],
      [parallel, 'whose port another program uses is waited for'],
    ],
  },
  {
    failure: 'serial, a line that holds; a cable that is pulled',
    shownBy: [
      [serial, 'a printer that holds for an hour gets each byte once'],
      [serial, 'pulled at each of 100 places fails the document, and the next one is whole'],
      [onKernel('serial'), 'a printer that holds CTS is waited for'],
      [onKernel('serial'), 'a printer that is off (CTS and DSR) is told from one that holds'],
    ],
  },
];

for (const { failure, shownBy } of rows) {
  test(`${failure}: is shown`, async () => {
    for (const [file, ...names] of shownBy) {
      const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
      for (const name of names) assert.ok(source.includes(name), `${file} shows "${name}"`);
    }
  });
}
