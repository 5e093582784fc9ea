// The header of an ICC profile and the name inside it (ICC.1:2022 7.2, 9.2.41, 10.13).

export type IccProfile =
  | {
      readonly kind: 'profile';
      /** `4.3`. */
      readonly version: string;
      /** Signature of the device class: `prtr`, `mntr` … */
      readonly deviceClass: string;
      readonly colourSpace: string;
      /** profileDescriptionTag; undefined where there is none that can be read. */
      readonly name: string | undefined;
    }
  | { readonly kind: 'wrong'; readonly problem: string };

const headerBytes = 128;
const tagBytes = 12;
const tagsMost = 200;
const nameCharacters = 200;

const deviceClasses = ['scnr', 'mntr', 'prtr', 'link', 'spac', 'abst', 'nmcl'];
const connectionSpaces = ['XYZ ', 'Lab '];

/** The whole file. */
export function readIccProfile(bytes: Uint8Array): IccProfile {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const problem = headerProblem(view);
  if (problem !== undefined) return { kind: 'wrong', problem };
  return {
    kind: 'profile',
    version: `${view[8]}.${(view[9] ?? 0) >> 4}`,
    deviceClass: text(view, 12, 4),
    colourSpace: text(view, 16, 4).trimEnd(),
    name: nameIn(view),
  };
}

function headerProblem(view: Buffer): string | undefined {
  if (view.length < headerBytes + 4) return `it has ${view.length} bytes, a header alone has 128`;
  const sizeBytes = view.readUInt32BE(0);
  if (text(view, 36, 4) !== 'acsp') return 'the signature "acsp" is missing at byte 36';
  if (sizeBytes !== view.length) {
    return `its header says ${sizeBytes} bytes, and it has ${view.length}`;
  }
  const major = view[8] ?? 0;
  if (major < 2 || major > 5) return `version ${major} at byte 8 is none that is known`;
  const deviceClass = text(view, 12, 4);
  if (!deviceClasses.includes(deviceClass)) {
    return `${JSON.stringify(deviceClass)} at byte 12 is no class of device`;
  }
  const space = text(view, 20, 4);
  if (deviceClass !== 'link' && !connectionSpaces.includes(space)) {
    return `${JSON.stringify(space)} at byte 20 is no connection space`;
  }
  return tagProblem(view);
}

function tagProblem(view: Buffer): string | undefined {
  const count = view.readUInt32BE(headerBytes);
  if (count === 0 || count > tagsMost) return `it says that it has ${count} tags`;
  if (headerBytes + 4 + count * tagBytes > view.length) return 'its table of tags is cut off';
  for (const { signature, offset, size } of tagsOf(view)) {
    if (offset < headerBytes || offset + size > view.length) {
      return `its tag ${JSON.stringify(signature)} lies outside of the file`;
    }
  }
  return undefined;
}

interface Tag {
  readonly signature: string;
  readonly offset: number;
  readonly size: number;
}

function tagsOf(view: Buffer): readonly Tag[] {
  return Array.from({ length: view.readUInt32BE(headerBytes) }, (_, index) => {
    const at = headerBytes + 4 + index * tagBytes;
    return {
      signature: text(view, at, 4),
      offset: view.readUInt32BE(at + 4),
      size: view.readUInt32BE(at + 8),
    };
  });
}

function nameIn(view: Buffer): string | undefined {
  const tag = tagsOf(view).find(({ signature }) => signature === 'desc');
  if (tag === undefined || tag.size < 12) return undefined;
  const body = view.subarray(tag.offset, tag.offset + tag.size);
  const found = text(body, 0, 4) === 'mluc' ? localizedText(body) : plainText(body);
  const shown = found?.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim();
  return shown === undefined || shown === '' ? undefined : shown.slice(0, nameCharacters);
}

/** textDescriptionType of version 2: a count, then ASCII that ends with NUL. */
function plainText(body: Buffer): string | undefined {
  if (text(body, 0, 4) !== 'desc') return undefined;
  const length = body.readUInt32BE(8);
  return text(body, 12, Math.min(length, body.length - 12)).split('\0', 1)[0];
}

/** multiLocalizedUnicodeType: English, else the first. */
function localizedText(body: Buffer): string | undefined {
  if (body.length < 28) return undefined;
  const count = body.readUInt32BE(8);
  const recordBytes = body.readUInt32BE(12);
  if (recordBytes < 12) return undefined;
  const records = Array.from({ length: Math.min(count, tagsMost) }, (_, index) => 16 + index * 12)
    .filter((at) => at + 12 <= body.length)
    .map((at) => ({
      language: text(body, at, 2),
      size: body.readUInt32BE(at + 4),
      offset: body.readUInt32BE(at + 8),
    }));
  const chosen = records.find(({ language }) => language === 'en') ?? records[0];
  if (chosen === undefined || chosen.offset + chosen.size > body.length) return undefined;
  const octets = Buffer.from(body.subarray(chosen.offset, chosen.offset + (chosen.size & ~1)));
  return octets.swap16().toString('utf16le').toWellFormed();
}

function text(view: Buffer, at: number, length: number): string {
  return view.toString('latin1', at, at + length);
}
