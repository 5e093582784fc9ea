// Where the spool keeps what: the two folders below its directory, and the names in them.

export interface SpoolPlaces {
  /** Of the small file that tries the disk. */
  readonly probe: string;
  readonly documents: string;
  readonly segments: string;
}

export function spoolPlaces(directory: string): SpoolPlaces {
  return {
    documents: `${directory}/documents`,
    segments: `${directory}/segments`,
    probe: `${directory}/probe`,
  };
}

const documentSuffix = '.doc';
const segmentSuffix = '.seg';
const segmentDigits = 8;

export function documentName(uuid: string): string {
  return `${uuid}${documentSuffix}`;
}

export function isDocumentName(name: string): boolean {
  return /^[0-9a-z-]{1,64}\.doc$/.test(name);
}

export function segmentName(number: number): string {
  return `${String(number).padStart(segmentDigits, '0')}${segmentSuffix}`;
}

/** Undefined for a name that is no segment's. */
export function segmentNumber(name: string): number | undefined {
  return /^\d{8,15}\.seg$/.test(name) ? Number.parseInt(name, 10) : undefined;
}
