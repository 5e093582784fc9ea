// Device ids of printers, sound and otherwise.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as always, property, string, uint8Array } from 'fast-check';
import { deviceIdLimits, parseDeviceId } from '../../monitors/wire/ieee1284/device-id.ts';

function withLength(text: string, bigEndian = true, lengthBytes = text.length + 2): Uint8Array {
  const bytes = Buffer.concat([Buffer.alloc(2), Buffer.from(text, 'latin1')]);
  if (bigEndian) bytes.writeUInt16BE(lengthBytes);
  else bytes.writeUInt16LE(lengthBytes);
  return bytes;
}

const laserJet =
  'MFG:Hewlett-Packard;CMD:PJL,MLC,PCL, PCLXL,POSTSCRIPT;MDL:HP LaserJet 4200;CLS:PRINTER;' +
  'DES:Hewlett-Packard LaserJet 4200;SN:CNBX1;';

test('keys are read by their short and their long names', () => {
  const id = parseDeviceId(withLength(laserJet));
  assert.deepEqual(id, {
    text: laserJet,
    manufacturer: 'Hewlett-Packard',
    model: 'HP LaserJet 4200',
    serialNumber: 'CNBX1',
    commandSets: ['PJL', 'MLC', 'PCL', 'PCLXL', 'POSTSCRIPT'],
    description: 'Hewlett-Packard LaserJet 4200',
  });
  const long = 'MANUFACTURER:Zebra;MODEL:ZD420;COMMAND SET:ZPL;SERIALNUMBER:7';
  const other = parseDeviceId(withLength(long));
  assert.deepEqual(
    [other?.manufacturer, other?.model, other?.commandSets, other?.serialNumber],
    ['Zebra', 'ZD420', ['ZPL'], '7'],
  );
});

test('the length may be the wrong way round, too large, too small or not there', () => {
  const text = 'MFG:A;MDL:B;';
  for (const bytes of [
    withLength(text),
    withLength(text, false),
    withLength(text, true, 0xffff),
    Buffer.from(`  ${text}`),
    Buffer.from(text),
  ]) {
    const id = parseDeviceId(bytes);
    assert.deepEqual([id?.manufacturer, id?.model], ['A', 'B'], Buffer.from(bytes).toString('hex'));
  }
});

test('an id that repeats without end is read once', () => {
  const id = parseDeviceId(Buffer.from(`  ${laserJet.repeat(1000)}`));
  assert.equal(id?.text, laserJet);
});

test('bytes of any kind are read without a fault, within the limits', () => {
  always(
    property(uint8Array({ maxLength: 3 * deviceIdLimits.bytes }), (bytes) => {
      const id = parseDeviceId(bytes);
      if (id === undefined) return;
      assert.ok(id.text.length <= 2 * deviceIdLimits.bytes);
      assert.match(id.text, /^[\x20-\x7e]*$/);
    }),
  );
  always(
    property(string({ maxLength: 9000 }), (text) => {
      parseDeviceId(withLength(`MFG:${text}`));
    }),
  );
  assert.equal(parseDeviceId(new Uint8Array(0)), undefined);
  assert.equal(parseDeviceId(new Uint8Array(4096).fill(0xff)), undefined);
});
