// Configuration of what the appliance tells others: its log, a webhook, a broker; all off by
// default but the log's own files.
import { z } from 'zod';

const pin = z
  .string()
  .regex(/^([0-9a-f]{64})?$/i, 'must have 64 hexadecimal digits')
  .default('');

function server(protocols: readonly string[]) {
  const shown = protocols.map((each) => `${each}HOST:PORT`).join(', ');
  return z
    .string()
    .max(255)
    .refine((text) => text === '' || isServer(text, protocols), {
      error: `must be like ${shown}, or empty`,
    })
    .default('');
}

function isServer(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && url.hostname !== '' && protocols.some((each) => text.startsWith(each));
}

/** What an administrator may change while the appliance runs; texts all, '' where it is off. */
export const changeableKeys = [
  'syslog.server',
  'syslog.pin',
  'webhook.url',
  'webhook.secret',
  'webhook.pin',
  'mqtt.broker',
  'mqtt.pin',
  'mqtt.topic',
  'mqtt.user',
  'mqtt.password',
] as const satisfies readonly (keyof typeof tellingSection)[];

export type ChangeableKey = (typeof changeableKeys)[number];

export const tellingSection = {
  'log.files': z
    .boolean()
    .default(true)
    .describe('Keep the newest lines of the log in files of the data folder.'),
  'syslog.server': server(['udp://', 'tcp://', 'tls://']).describe(
    'Where the log goes besides (RFC 5424): udp://HOST:514, tcp://HOST:601, tls://HOST:6514.',
  ),
  'syslog.pin': pin.describe('Key of the syslog server, where no authority vouches for it.'),
  'webhook.url': server(['https://', 'http://']).describe(
    'What is told by HTTP POST whenever something needs a person, and when it needs nobody more.',
  ),
  'webhook.secret': z
    .string()
    .max(255)
    .default('')
    .meta({ secret: true })
    .describe('Signs what the webhook is told (HMAC-SHA-256).'),
  'webhook.pin': pin.describe('Key of the webhook’s server, where no authority vouches for it.'),
  'mqtt.broker': server(['mqtt://', 'mqtts://']).describe(
    'A broker that hears how printers and pair are: mqtt://HOST:1883, mqtts://HOST:8883.',
  ),
  'mqtt.pin': pin.describe('Key of the broker, where no authority vouches for it.'),
  'mqtt.topic': z
    .string()
    .regex(/^[^#+\0]{1,100}$/)
    .default('platen')
    .describe('What the topics begin with.'),
  'mqtt.user': z.string().max(255).default('').describe('A name for the broker; empty: none.'),
  'mqtt.password': z
    .string()
    .max(255)
    .default('')
    .meta({ secret: true })
    .describe("That name's password."),
};
