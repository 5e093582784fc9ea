// ICC profiles for tests: small ones that are right, with a name of choice.

/** Version 4 with a mluc name, or version 2 with a desc one. */
export function makeProfile(name: string, options: { readonly major?: 2 | 4 } = {}): Uint8Array {
  const major = options.major ?? 4;
  const tag = major === 4 ? localized(name) : described(name);
  const bytes = Buffer.alloc(128 + 4 + 12 + tag.length);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes[8] = major;
  bytes.write('prtr', 12, 'latin1');
  bytes.write('CMYK', 16, 'latin1');
  bytes.write('Lab ', 20, 'latin1');
  bytes.write('acsp', 36, 'latin1');
  bytes.writeUInt32BE(1, 128);
  bytes.write('desc', 132, 'latin1');
  bytes.writeUInt32BE(144, 136);
  bytes.writeUInt32BE(tag.length, 140);
  tag.copy(bytes, 144);
  return new Uint8Array(bytes);
}

function localized(name: string): Buffer {
  const text = Buffer.from(name, 'utf16le').swap16();
  const head = Buffer.alloc(28);
  head.write('mluc', 0, 'latin1');
  head.writeUInt32BE(1, 8);
  head.writeUInt32BE(12, 12);
  head.write('enUS', 16, 'latin1');
  head.writeUInt32BE(text.length, 20);
  head.writeUInt32BE(28, 24);
  return Buffer.concat([head, text]);
}

function described(name: string): Buffer {
  const text = Buffer.from(`${name}\0`, 'latin1');
  const head = Buffer.alloc(12);
  head.write('desc', 0, 'latin1');
  head.writeUInt32BE(text.length, 8);
  return Buffer.concat([head, text]);
}

export async function* streamOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
