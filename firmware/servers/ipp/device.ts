// What a device says of itself, in IPP's terms, as far as a monitor has asked it.

/** A consumable (PWG 5100.9 4.5.3); percent, or undefined where the device does not measure it. */
export interface DeviceSupply {
  readonly name: string;
  /** prtMarkerSuppliesType: `toner`, `ink`, `wasteToner`, `opc` … */
  readonly type: string;
  /** prtMarkerSuppliesClass: is it used up, or does it fill? */
  readonly kind: 'consumed' | 'filled';
  readonly levelPercent: number | undefined;
  /** `black`, `cyan` …, where it has a colorant. */
  readonly colorant: string | undefined;
}

/** Everything is optional: undefined where the device does not say. */
export interface DeviceDescription {
  readonly makeAndModel?: string;
  /** The IEEE 1284 device id: `MFG:…;MDL:…;CMD:…;`. */
  readonly deviceId?: string;
  readonly color?: boolean;
  readonly sides?: readonly string[];
  /** Self-describing names (PWG 5101.1). */
  readonly media?: readonly string[];
  readonly mediaReady?: readonly string[];
  readonly mediaSources?: readonly string[];
  readonly mediaTypes?: readonly string[];
  /** Of every edge, in hundredths of a millimetre. */
  readonly marginHundredthsMm?: number;
  readonly resolutionsDpi?: readonly number[];
  readonly qualities?: readonly number[];
  readonly finishings?: readonly number[];
  readonly outputBins?: readonly string[];
  readonly pagesPerMinute?: number;
  readonly pagesPerMinuteColor?: number;
  readonly supplies?: readonly DeviceSupply[];
}
