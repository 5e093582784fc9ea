/** How much an IPP message may ask its receiver to hold. */

export interface IppLimits {
  /** From the version to the end-of-attributes-tag; document data is never counted. */
  readonly attributeBytes: number;
  readonly groups: number;
  /** Attributes and members of collections, all together. */
  readonly attributes: number;
  readonly valuesPerAttribute: number;
  /** Collections inside each other; 1 allows a collection with plain members. */
  readonly collectionDepth: number;
  readonly nameBytes: number;
}

/** For a server. CUPS and ipptool stay below 1 KiB; the worst that fits costs some 8 MB. */
export const ippRequestLimits: IppLimits = {
  attributeBytes: 128 * 1024,
  groups: 64,
  attributes: 2_000,
  valuesPerAttribute: 1_000,
  collectionDepth: 8,
  nameBytes: 255,
};

/**
 * For a client: room for media-col-database of a large printer and Get-Jobs of a long queue; a
 * hostile printer that fills it with the smallest of values costs some 60 MB.
 */
export const ippResponseLimits: IppLimits = {
  attributeBytes: 1024 * 1024,
  groups: 5_000,
  attributes: 50_000,
  valuesPerAttribute: 10_000,
  collectionDepth: 8,
  nameBytes: 255,
};

/** The major versions whose encoding is RFC 8010's; any other can't be read behind the header. */
export const ippMajorVersions: readonly number[] = [1, 2];
