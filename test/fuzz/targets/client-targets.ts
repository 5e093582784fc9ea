// Targets: what `platen connect` is told by a server, and what a server is handed as a file.
import { deepStrictEqual } from 'node:assert/strict';
import { AnswerReader, type ContentSink } from '../../../firmware/client/content-connection.ts';
import { ClientError } from '../../../firmware/client/contract.ts';
import { prove } from '../../../firmware/client/fetch-manifest.ts';
import { placeOf } from '../../../firmware/client/place.ts';
import { planOf } from '../../../firmware/client/plan.ts';
import { signingKey } from '../../../firmware/identity/signatures.ts';
import { fileTypes } from '../../../firmware/queue-files/file-types.ts';
import { type Manifest, signedBytes } from '../../../firmware/queue-files/manifest.ts';
import { newKey } from '../../client/rig.ts';
import { makeProfile } from '../../queue-files/profile.ts';
import { bentJson } from '../bend.ts';
import { ascii, cut, type FuzzTarget, must, pureTarget } from '../target.ts';

const nonce = '6f1c2a90-52ab-4c8e-9d6e-1f0c8f1b7a01';
const text = (name: string, data: string) => ({ name, value: { type: 'string', data } }) as const;

const manifest: Manifest = {
  version: 1,
  server: 'NTPRINT',
  printer: { id: 'p1', name: 'HpColor' },
  nonce,
  changeNumber: 1,
  madeAt: { ms: 0, trusted: true },
  keys: [
    { key: '', values: [] },
    {
      key: 'CopyFiles\\ICM',
      values: [
        text('Directory', 'Color'),
        text('Module', 'Mscms.dll'),
        text('SourceDir', '\\\\NTPRINT\\PRINT$\\Color'),
        text('TargetDir', 'Color'),
      ],
    },
  ],
  files: [
    {
      component: 'ICM',
      directory: 'Color',
      name: 'a.icm',
      digest: `sha256:${'0'.repeat(64)}`,
      sizeBytes: 17,
      type: 'application/vnd.iccprofile',
      title: 'a',
    },
  ],
};

const client = {
  machineName: 'me',
  userName: 'anna',
  buildNumber: 1,
  majorVersion: 6,
  minorVersion: 1,
  processorArchitecture: 'x64',
};

/** Signed by the right key: a server that lies, or was broken into. */
const manifestTarget: FuzzTarget = {
  name: 'manifest',
  seeds: async () => [Buffer.from(JSON.stringify(manifest))],
  words: ['"name":"', '..', '\\\\', '/', 'CON', '"TargetDir"', '"sizeBytes":', '\u0000', '{"', '}'],
  async open() {
    const key = signingKey(newKey());
    return {
      async try(input, chance) {
        const bent = bentJson(input, chance);
        const said =
          bent === undefined ? Buffer.from(input).toString('utf8') : JSON.stringify(bent);
        const signature = await key.sign(signedBytes(said));
        const signed = {
          manifest: said,
          signature: Buffer.from(signature).toString('base64'),
          publicKey: Buffer.from(key.publicKey).toString('base64'),
        };
        const address = { host: 'x', port: 1, printer: 'HpColor' };
        try {
          const asked = { address, client, nonce, signatureKey: undefined };
          const { manifest: read } = prove(signed, asked);
          const plan = planOf(read, { client, uncName: '\\\\x\\y', filesPath: '/files' });
          for (const file of plan.files) {
            const place = placeOf(file);
            must(!/(^|\/)\.{0,2}(\/|$)/.test(place), `it would go to ${place}`);
            must(!/[\\\p{C}]/u.test(place), `it would be called ${place}`);
          }
          return `${plan.files.length} ${plan.drivers.length} ${plan.components.length}`;
        } catch (error) {
          if (error instanceof ClientError) return error.fault;
          throw error;
        }
      },
      close: async () => undefined,
    };
  },
};

const answerTarget = pureTarget({
  name: 'answer',
  seeds: [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "x"\r\n\r\nhello',
    'HTTP/1.1 206 Partial\r\ncontent-range: bytes 1-2/3\r\ncontent-length: 2\r\n\r\nab',
    'HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
  ].map(ascii),
  words: [
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '\r\n\r\n',
    'HTTP/1.1 200 OK',
  ],
  judge(input, chance) {
    const whole = answered([input]);
    deepStrictEqual(answered(cut(input, chance).map((part) => part.slice())), whole);
    return `${whole.status} ${whole.bytes.length > 0} ${whole.done}`;
  },
});

const stopped = { monotonicMs: () => 0 };

/** What one answer said, and whether its connection can be asked again. */
function answered(parts: readonly Uint8Array[]) {
  const reader = new AnswerReader(stopped);
  const taken: Uint8Array[] = [];
  let status = 0;
  let lengthBytes = 0;
  const sink: ContentSink = {
    begin(head) {
      must(status === 0, 'one answer has two heads');
      status = head.status;
      ({ lengthBytes } = head);
    },
    take(bytes) {
      taken.push(bytes.slice());
      return true;
    },
  };
  // What broke it is looked at by `broken`.
  reader.expect(sink).catch(() => undefined);
  for (const part of parts) {
    reader.read(part);
    if (reader.broken) break;
  }
  const bytes = Buffer.concat(taken);
  must(bytes.length <= lengthBytes, 'more was taken than the head says');
  const done = status !== 0 && bytes.length === lengthBytes;
  // Where it breaks off what came before depends on how it was cut.
  return reader.broken && !done
    ? { status: 0, bytes: Buffer.alloc(0), done }
    : { status, bytes, done };
}

const fileTarget = pureTarget({
  name: 'queue-file',
  seeds: [
    makeProfile('HP Color LaserJet'),
    ascii('*PPD-Adobe: "4.3"\n*NickName: "HP LaserJet"\n'),
    ascii('"copies" = "Copies";\n'),
  ],
  words: ['acsp', 'desc', 'mluc', 'enUS', 'prtr', 'XYZ ', '\xff\xff\xff\xff', '*NickName: "', '"'],
  judge(input) {
    const said = fileTypes.map(({ head, whole }) => {
      const begins = head?.(Buffer.from(input)) ?? true;
      const { title, problem } = whole?.(input) ?? {};
      must((title?.length ?? 0) <= titleMost, 'a title is too long');
      must(!/\p{Cc}/u.test(title ?? ''), 'control characters are left in a title');
      return `${begins} ${title !== undefined} ${problem?.replaceAll(/[^a-z ]/g, '').slice(0, 30)}`;
    });
    return said.join();
  },
});

const titleMost = 200;

export const clientTargets = [manifestTarget, answerTarget, fileTarget];
