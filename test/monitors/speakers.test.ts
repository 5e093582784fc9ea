// The speakers of the language monitors, as state machines: any words at all, at any time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { createEscposSpeaker } from '../../monitors/escpos/speaker.ts';
import type { Speaker } from '../../monitors/language/speaker.ts';
import { createPjlSpeaker, pjlTimes } from '../../monitors/pjl/speaker.ts';
import { createZplSpeaker, zplTimes } from '../../monitors/zpl/speaker.ts';
import { docOf } from './port-monitor-suite.ts';

const say = (speaker: Speaker, text: string, nowMs: number) =>
  speaker.hear(Buffer.from(text, 'latin1'), nowMs);

const zplIdle =
  '\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n' +
  '\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n';

describe('a speaker', () => {
  test('pjl: only the end of its own job, after its last byte, is printed', () => {
    const speaker = createPjlSpeaker(docOf(1));
    const ours = /NAME = ("[^"]*")/.exec(Buffer.from(speaker.opening(0)).toString())?.[1];
    const end = (name: string) => `@PJL USTATUS JOB\r\nEND\r\nNAME=${name}\r\nPAGES=2\r\n\f`;
    say(speaker, end(ours ?? ''), 1);
    assert.equal(speaker.verdict(1), 'waiting');
    speaker.closing(2);
    say(speaker, end('"the job inside the document"'), 3);
    assert.equal(speaker.verdict(3), 'waiting');
    say(speaker, end(ours ?? ''), 4);
    assert.equal(speaker.verdict(4), 'printed');
  });

  test('pjl: a printer that is ready for long has said all', () => {
    const speaker = createPjlSpeaker(docOf(1));
    const status = (code: number) => `@PJL USTATUS TIMED\r\nCODE=${code}\r\n\f`;
    speaker.closing(0);
    say(speaker, status(10001), 0);
    say(speaker, status(10023), pjlTimes.readyMs - 1);
    assert.equal(speaker.verdict(10 * pjlTimes.readyMs), 'waiting', 'it prints');
    say(speaker, status(10001), 100_000);
    say(speaker, status(10001), 110_000);
    assert.equal(speaker.verdict(100_000 + pjlTimes.readyMs), 'no-more-words');
    say(speaker, status(40022), 200_000);
    assert.equal(speaker.verdict(900_000), 'waiting', 'it is jammed');
  });

  test('zpl: two clean answers after the last byte are the end; silence is none', () => {
    const speaker = createZplSpeaker();
    say(speaker, zplIdle + zplIdle + zplIdle, 0);
    assert.equal(speaker.verdict(1), 'waiting');
    speaker.closing(2);
    say(speaker, zplIdle, 3);
    assert.equal(speaker.verdict(4), 'waiting');
    assert.equal(speaker.verdict(4 + zplTimes.silentMs), 'waiting');
    assert.equal(speaker.status().reasons[0]?.keyword, 'timed-out');
    say(speaker, zplIdle.replace('00000000', '00000001'), 20_000);
    say(speaker, zplIdle, 21_000);
    assert.equal(speaker.verdict(21_000), 'waiting');
    assert.deepEqual(speaker.status().reasons, []);
    say(speaker, zplIdle, 22_000);
    assert.equal(speaker.verdict(22_000), 'printed');
  });

  test('escpos: the mark of another document is not its own', () => {
    const speaker = createEscposSpeaker({ ...docOf(1), jobId: 7 });
    say(speaker, '7"0007\0', 0);
    speaker.closing(1);
    say(speaker, '7"0006\0', 2);
    assert.equal(speaker.verdict(3), 'waiting');
    say(speaker, '7"0007\0', 4);
    assert.equal(speaker.verdict(4), 'printed');
  });

  test('hears anything at any time without a fault, and asks what it asks', () => {
    const kinds = [
      () => createPjlSpeaker(docOf(1)),
      createZplSpeaker,
      () => createEscposSpeaker(docOf(1)),
    ];
    const event = fc.oneof(
      fc.record({ kind: fc.constant('hear'), bytes: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ kind: fc.constantFrom('opening', 'closing', 'question') }),
      fc.record({ kind: fc.constant('words'), text: fc.constantFrom(zplIdle, '\x12', '\f@PJL') }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 2 }), fc.array(event, { maxLength: 30 }), (at, events) => {
        const speaker = (kinds[at] ?? createZplSpeaker)();
        let nowMs = 0;
        for (const each of events) {
          nowMs += 1_000;
          if ('bytes' in each) speaker.hear(each.bytes, nowMs);
          else if ('text' in each) say(speaker, each.text, nowMs);
          else if (each.kind === 'opening') speaker.opening(nowMs);
          else if (each.kind === 'closing') speaker.closing(nowMs);
          else speaker.question(nowMs);
          speaker.verdict(nowMs);
          assert.ok((speaker.status().message?.length ?? 0) <= 256);
        }
      }),
    );
  });
});
