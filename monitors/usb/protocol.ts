// How a USB printer takes documents: raw, or by IPP over USB.
import type { UsbFinder } from './finder.ts';
import { ippInterfaces, printerInterface } from './interfaces.ts';
import type { UsbSettings } from './settings.ts';

export type UsbProtocol = 'raw' | 'ipp';

/**
 * As it was set, or as the printer can, raw first. `raw` too where it is not plugged in: opening it
 * says so.
 */
export async function protocolOf(
  finder: UsbFinder,
  settings: Pick<UsbSettings, 'device' | 'protocol'>,
): Promise<UsbProtocol> {
  if (settings.protocol !== 'auto') return settings.protocol;
  const [device] = await finder.find(settings.device);
  if (device === undefined || printerInterface(device) !== undefined) return 'raw';
  return ippInterfaces(device).length > 0 ? 'ipp' : 'raw';
}
