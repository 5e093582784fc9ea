// What a file is by its ending, and whether its bytes say the same: a table, for nothing of a file
// is ever guessed or run.
import { readIccProfile } from './icc-profile.ts';

/** For which of a client's questions the file is an answer. */
export type FileRole = 'profile' | 'driver' | 'ppd' | 'strings' | 'icon' | 'label' | 'data';

export interface FileTypeRow {
  readonly endings: readonly string[];
  readonly type: string;
  readonly role: FileRole;
  /** What the first bytes have to be. */
  readonly head?: (bytes: Buffer) => boolean;
  /**
   * Looks at the whole file, which is then bounded in size; a title where it holds one, a problem
   * where it is not what it says.
   */
  readonly whole?: (bytes: Uint8Array) => { readonly title?: string; readonly problem?: string };
}

const begins =
  (...starts: readonly (string | readonly number[])[]) =>
  (bytes: Buffer): boolean =>
    starts.some((start) => {
      const wanted = Buffer.from(typeof start === 'string' ? [...Buffer.from(start)] : start);
      return bytes.subarray(0, wanted.length).equals(wanted);
    });

const zip = begins('PK\x03\x04', 'PK\x05\x06');

export const fileTypes: readonly FileTypeRow[] = [
  {
    endings: ['.icc', '.icm'],
    type: 'application/vnd.iccprofile',
    role: 'profile',
    whole(bytes) {
      const profile = readIccProfile(bytes);
      if (profile.kind === 'wrong') return { problem: `it is no ICC profile: ${profile.problem}` };
      return profile.name === undefined ? {} : { title: profile.name };
    },
  },
  {
    endings: ['.ppd'],
    type: 'application/vnd.cups-ppd',
    role: 'ppd',
    head: begins('*PPD-Adobe:'),
    whole(bytes) {
      const found = /^\*NickName:\s*"([^"\r\n]{1,200})"/m.exec(
        Buffer.from(bytes).toString('latin1'),
      );
      const title = found?.[1]?.replaceAll(/[^\x20-\x7e]/g, '').trim();
      return title === undefined || title === '' ? {} : { title };
    },
  },
  {
    endings: ['.strings'],
    type: 'text/strings',
    role: 'strings',
    whole: (bytes) =>
      isUtf8(bytes) ? {} : { problem: 'it is no text in UTF-8, as files of strings are' },
  },
  {
    endings: ['.png'],
    type: 'image/png',
    role: 'icon',
    head: begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  },
  { endings: ['.zpl'], type: 'application/vnd.zebra-zpl', role: 'label' },
  { endings: ['.zip'], type: 'application/zip', role: 'driver', head: zip },
  {
    endings: ['.cab'],
    type: 'application/vnd.ms-cab-compressed',
    role: 'driver',
    head: begins('MSCF'),
  },
  {
    endings: ['.exe'],
    type: 'application/vnd.microsoft.portable-executable',
    role: 'driver',
    head: begins('MZ'),
  },
  {
    endings: ['.msi'],
    type: 'application/x-msi',
    role: 'driver',
    head: begins([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
  },
  {
    endings: ['.deb'],
    type: 'application/vnd.debian.binary-package',
    role: 'driver',
    head: begins('!<arch>\ndebian'),
  },
  {
    endings: ['.rpm'],
    type: 'application/x-rpm',
    role: 'driver',
    head: begins([0xed, 0xab, 0xee, 0xdb]),
  },
  {
    endings: ['.pkg'],
    type: 'application/vnd.apple.installer+xml',
    role: 'driver',
    head: begins('xar!'),
  },
  { endings: ['.dmg'], type: 'application/x-apple-diskimage', role: 'driver' },
  { endings: ['.pdf'], type: 'application/pdf', role: 'data', head: begins('%PDF-') },
];

const unknown: FileTypeRow = { endings: [], type: 'application/octet-stream', role: 'data' };

export function fileTypeOf(name: string): FileTypeRow {
  const lower = name.toLowerCase();
  return fileTypes.find(({ endings }) => endings.some((each) => lower.endsWith(each))) ?? unknown;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(bytes).includes('\0');
  } catch {
    // Octets that are no UTF-8.
    return false;
  }
}
