// Frames of the spool: a mark that a power cut tore apart leaves its document whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeDescriptor,
  decodeHeader,
  encodeFrame,
  type FrameMark,
  frameMarks,
} from '../../firmware/spool/frame.ts';
import { completedHeader } from '../../firmware/spool/header.ts';
import { headerDraft } from '../store/rig.ts';

const header = completedHeader(headerDraft('a'), 4, `sha256:${'0'.repeat(64)}`);

for (const [from, to] of [
  ['waiting', 'started'],
  ['waiting', 'ended'],
  ['started', 'ended'],
] as const) {
  test(`${from} on its way to ${to}: each first part of the mark is read`, () => {
    const frame = encodeFrame(header, from);
    assert.ok(frame !== undefined);
    const { descriptor: written } = frame;
    for (let octets = 0; octets <= frameMarks[to].length; octets += 1) {
      const descriptor: Buffer = Buffer.from(written);
      frameMarks[to].copy(descriptor, 0, 0, octets);
      const mark: FrameMark | undefined = decodeDescriptor(descriptor)?.mark;
      assert.ok(mark === from || mark === to || mark === 'started', `${octets}: ${mark}`);
      assert.deepEqual(decodeHeader(descriptor, frame.header), header);
    }
  });
}

test('other octets in its place are no mark', () => {
  const frame = encodeFrame(header);
  assert.ok(frame !== undefined);
  const descriptor = Buffer.from(frame.descriptor);
  descriptor[0] = 0;
  assert.equal(decodeDescriptor(descriptor), undefined);
});
