// The structured texts that IPP attributes are made of: 1284 ids, alerts, supplies, URF keywords.
import type { PrinterStatus } from '../../spooler/contract.ts';
import type { Abilities } from './abilities.ts';
import type { DeviceDescription, DeviceSupply } from './device.ts';

/** Where the device does not say: the maker of this box, which is what the client talks to. */
const make = 'Platen';
const model = 'Print Server';

export function makeAndModelOf({ makeAndModel }: DeviceDescription): string {
  return makeAndModel === undefined || makeAndModel === '' ? `${make} ${model}` : makeAndModel;
}

const commandSets: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'application/postscript': 'PS',
  'application/vnd.hp-pcl': 'PCL',
  'image/jpeg': 'JPEG',
  'image/pwg-raster': 'PWGRaster',
  'image/urf': 'URF',
};

/** printer-device-id (PWG 5107.2): the device's own, or one made of what the printer takes. */
export function deviceIdOf(
  { deviceId }: DeviceDescription,
  { formats }: Pick<Abilities, 'formats'>,
): string {
  if (deviceId !== undefined && deviceId !== '') return deviceId;
  const commands = formats.flatMap((format) => commandSets[format] ?? []);
  return `MFG:${make};MDL:${model};CMD:${commands.join(',')};`;
}

export interface Alert {
  readonly alert: string;
  readonly words: string;
}

/** prtAlertCode (RFC 3805) of the keywords in monitors/contract.ts. */
const alertCodes: Readonly<Record<string, readonly [code: string, group: string]>> = {
  'media-needed': ['inputMediaSupplyEmpty', 'input'],
  'media-jam': ['jam', 'mediaPath'],
  'media-low': ['inputMediaSupplyLow', 'input'],
  'media-empty': ['inputMediaSupplyEmpty', 'input'],
  'input-tray-missing': ['inputMediaTrayMissing', 'input'],
  'output-tray-missing': ['outputMediaTrayMissing', 'output'],
  'output-area-almost-full': ['outputMediaTrayAlmostFull', 'output'],
  'output-area-full': ['outputMediaTrayFull', 'output'],
  'cover-open': ['coverOpen', 'cover'],
  'door-open': ['doorOpen', 'cover'],
  'interlock-open': ['interlockOpen', 'cover'],
  'toner-low': ['markerTonerAlmostEmpty', 'markerSupplies'],
  'toner-empty': ['markerTonerEmpty', 'markerSupplies'],
  'marker-supply-low': ['markerSupplyAlmostEmpty', 'markerSupplies'],
  'marker-supply-empty': ['markerSupplyEmpty', 'markerSupplies'],
  'marker-waste-almost-full': ['markerWasteTonerReceptacleAlmostFull', 'markerSupplies'],
  'marker-waste-full': ['markerWasteTonerReceptacleFull', 'markerSupplies'],
  'fuser-over-temp': ['markerFuserThermistorFailure', 'marker'],
  'fuser-under-temp': ['markerFuserUnderTemperature', 'marker'],
  'power-down': ['powerDown', 'generalPrinter'],
};

const severities = { report: 'other', warning: 'warning', error: 'critical' } as const;

/** printer-alert and its description, one of each for a reason (PWG 5100.9 4.1, 4.2). */
export function alertsOf({ reasons, message }: PrinterStatus): readonly Alert[] {
  const alerts = reasons.flatMap((reason): readonly Alert[] => {
    const match = /^(.+)-(report|warning|error)$/.exec(reason);
    const [, keyword = '', suffix = ''] = match ?? [];
    if (match === null || !isSeverity(suffix)) return [];
    const [code, group] = alertCodes[keyword] ?? ['other', 'generalPrinter'];
    const words = reasons.length === 1 && message !== '' ? message : wordsOf(keyword);
    return [{ alert: `code=${code};severity=${severities[suffix]};group=${group}`, words }];
  });
  if (alerts.length > 0) return alerts;
  // IPP/2.2 wants a value even where there is nothing to say.
  return [
    { alert: 'code=unknown;severity=other;group=generalPrinter', words: 'Nothing to report.' },
  ];
}

function isSeverity(suffix: string): suffix is keyof typeof severities {
  return Object.hasOwn(severities, suffix);
}

function wordsOf(keyword: string): string {
  const words = keyword.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

const unknownSupply: DeviceSupply = {
  name: 'Unknown supply',
  type: 'unknown',
  kind: 'consumed',
  levelPercent: undefined,
  colorant: undefined,
};

/** printer-supply and its description (PWG 5100.13 6.6.7): unknown is -2, as in RFC 3805. */
export function suppliesOf({
  supplies = [],
}: DeviceDescription): readonly { readonly supply: string; readonly words: string }[] {
  const known = supplies.length > 0 ? supplies : [unknownSupply];
  return known.map(({ name, type, kind, levelPercent, colorant }, index) => {
    const supplyClass = kind === 'consumed' ? 'supplyThatIsConsumed' : 'receptacleThatIsFilled';
    const fields = [
      `index=${index + 1}`,
      `class=${supplyClass}`,
      `type=${type}`,
      'unit=percent',
      'maxcapacity=100',
      `level=${levelPercent ?? -2}`,
      `colorantname=${colorant ?? 'unknown'}`,
    ];
    return { supply: `${fields.join(';')};`, words: name };
  });
}

/** What AirPrint clients read of a raster printer. */
export function urfOf({ color, resolutionsDpi, sides }: Abilities): readonly string[] {
  return [
    'V1.4',
    'CP1',
    'PQ4',
    `RS${resolutionsDpi.toSorted((a, b) => a - b).join('-')}`,
    'W8',
    ...(color ? ['SRGB24'] : []),
    ...(sides.includes('two-sided-long-edge') ? ['DM1'] : []),
  ];
}
