// What a device says of itself beyond its state, in the terms of RFC 3805 and IPP.

/** What a device says of itself beyond its state; a member is left out where it does not say. */
export interface DeviceFacts {
  readonly makeAndModel?: string;
  readonly serialNumber?: string;
  /** The IEEE 1284 device id: `MFG:…;MDL:…;CMD:…;`. */
  readonly deviceId?: string;
  /** The lines of its display. */
  readonly consoleText?: readonly string[];
  /** Impressions in its life. */
  readonly pageCount?: number;
  readonly supplies?: readonly SupplyFacts[];
  readonly inputs?: readonly InputFacts[];
  readonly takes?: DeviceTakes;
}

/**
 * What an IPP device takes, in IPP's own words: keywords, enums and media types as it says them,
 * its default first in each list.
 */
export interface DeviceTakes {
  /** document-format-supported, in lower case. */
  readonly formats?: readonly string[];
  readonly color?: boolean;
  readonly sides?: readonly string[];
  /** Self-describing names (PWG 5101.1), `custom_min_…` and `custom_max_…` among them. */
  readonly media?: readonly string[];
  readonly mediaReady?: readonly string[];
  readonly mediaSources?: readonly string[];
  readonly mediaTypes?: readonly string[];
  /** Of every edge, in hundredths of a millimetre: the widest that it says. */
  readonly marginHundredthsMm?: number;
  readonly colorModes?: readonly string[];
  readonly resolutionsDpi?: readonly number[];
  readonly qualities?: readonly number[];
  readonly finishings?: readonly number[];
  readonly outputBins?: readonly string[];
  readonly pagesPerMinute?: number;
  readonly pagesPerMinuteColor?: number;
  /** pwg-raster-document-…-supported, -sheet-back, and urf-supported. */
  readonly rasterTypes?: readonly string[];
  readonly rasterResolutionsDpi?: readonly number[];
  readonly rasterSheetBack?: string;
  readonly urf?: readonly string[];
}

/** A consumable or a receptacle (RFC 3805 prtMarkerSuppliesTable). */
export interface SupplyFacts {
  readonly name: string;
  /** PrtMarkerSuppliesTypeTC: `toner`, `wasteToner`, `ink` … */
  readonly type: string;
  readonly kind: 'consumed' | 'filled';
  /** PrtMarkerSuppliesSupplyUnitTC: 19 is percent, 7 impressions. */
  readonly unit: number;
  /** In `unit`; `other`: it has no bound, `unknown`: it is not said (-1 and -2). */
  readonly capacity: number | 'other' | 'unknown';
  /**
   * In `unit`: how much is left, of a receptacle how much space is left. `some` says that there is
   * some, and no more (-3).
   */
  readonly level: number | 'other' | 'unknown' | 'some';
  /** `black`, `cyan` … where it has a colorant. */
  readonly colorant?: string;
}

/** A source of media (RFC 3805 prtInputTable). */
export interface InputFacts {
  readonly name: string;
  readonly mediaName: string;
  /** PrtInputTypeTC. */
  readonly type: number;
  /** PrtCapacityUnitTC: 8 is sheets. */
  readonly unit: number;
  readonly capacity: number | 'other' | 'unknown';
  readonly level: number | 'other' | 'unknown' | 'some';
}
