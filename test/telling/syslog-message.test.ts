// Syslog messages by RFC 5424: priority, head, structured data with its escapes, bounds.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert as assertProperty, jsonValue, property } from 'fast-check';
import { syslogMessage } from '../../firmware/telling/syslog-message.ts';

const origin = { hostName: 'box', processId: 42 } as const;
const time = '2030-01-01T00:00:00.000Z';

function said(entry: Readonly<Record<string, unknown>>): string {
  return Buffer.from(syslogMessage(JSON.stringify(entry), origin) ?? []).toString('utf8');
}

/** HEADER SP STRUCTURED-DATA SP MSG of RFC 5424 6. */
const value = String.raw`"([^"\\\]]|\\["\\\]])*"`;
const parameter = String.raw` [\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]+=${value}`;
const form = new RegExp(
  String.raw`^<\d{1,3}>1 \S+ \S+ platen 42 \S+ ` +
    String.raw`(-|\[platen@32473(${parameter})*\]) \u{FEFF}[^\p{Cc}]*$`,
  'u',
);

describe('a syslog message', () => {
  test('has severity, time, host, room and facts of its line', () => {
    assert.equal(
      said({ level: 'error', time, room: 'spool', message: 'the disk is full', bytes: 7 }),
      `<27>1 ${time} box platen 42 spool [platen@32473 bytes="7"] \u{FEFF}the disk is full`,
    );
    assert.equal(
      said({ level: 'info', time, message: 'ready' }),
      `<30>1 ${time} box platen 42 - - \u{FEFF}ready`,
    );
  });

  test('escapes what means something, and lets no line break through', () => {
    const text = said({ level: 'warn', time, room: 'a b', message: 'x\ny', 'n"a]m=e': '"\\]\n' });
    assert.equal(
      text,
      `<28>1 ${time} box platen 42 a_b [platen@32473 n_a_m_e="\\"\\\\\\] "] \u{FEFF}x y`,
    );
  });

  test('is cut at the length that every receiver takes, never inside a character', () => {
    const text = said({ level: 'info', time, message: 'é'.repeat(3_000), big: 'x'.repeat(3_000) });
    assert.ok(Buffer.byteLength(text) <= 2_048);
    assert.match(text, /é$/u);
  });

  test('is of its form, whatever stands in the line', () => {
    assertProperty(
      property(jsonValue(), jsonValue(), (message, fact) => {
        const bytes = syslogMessage(JSON.stringify({ level: 'info', time, message, fact }), origin);
        assert.match(Buffer.from(bytes ?? []).toString('utf8'), form);
      }),
      { seed: 1, numRuns: 300 },
    );
    assert.equal(syslogMessage('no line', origin), undefined);
  });
});
