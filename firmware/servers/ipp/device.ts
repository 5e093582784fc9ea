// What a device says of itself, in IPP's terms, as far as a monitor has asked it.
import type { DeviceTakes } from '../../../monitors/device-facts.ts';

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
export interface DeviceDescription extends DeviceTakes {
  readonly makeAndModel?: string;
  /** The IEEE 1284 device id: `MFG:…;MDL:…;CMD:…;`. */
  readonly deviceId?: string;
  readonly supplies?: readonly DeviceSupply[];
}
