// Which language monitor a port gets: by hand, or by the command sets of its device; or none.
import type { Call, Monitor2, MonitorPort, Opened } from '../contract.ts';
import type { DeviceId } from '../wire/ieee1284/device-id.ts';
import type { LanguageKind } from './speaker.ts';

/** A printer's setting: a monitor's name, what its device ID says, or none at all. */
export type LanguageChoice = { readonly byHand: string } | 'by-device-id' | 'none';

/**
 * The name of the language monitor, or undefined. The printer's order of languages decides: the
 * first that one of `kinds` knows.
 */
export function chooseLanguage(
  kinds: readonly Pick<LanguageKind, 'name' | 'commandSets'>[],
  choice: LanguageChoice,
  deviceId: Pick<DeviceId, 'commandSets'> | undefined,
): string | undefined {
  if (choice === 'none') return undefined;
  if (choice !== 'by-device-id') {
    return kinds.find(({ name }) => name === choice.byHand)?.name;
  }
  for (const name of deviceId?.commandSets ?? []) {
    const spoken = name.toUpperCase();
    const kind = kinds.find(({ commandSets }) =>
      commandSets.some((known) => spoken === known || spoken.startsWith(`${known} `)),
    );
    if (kind !== undefined) return kind.name;
  }
  return undefined;
}

export interface OpenWithLanguageOptions {
  readonly portName: string;
  readonly printerName: string;
  readonly portMonitor: Monitor2;
  /** Undefined: the device speaks no language that is known here. */
  readonly languageMonitor: Monitor2 | undefined;
  /** Off: the language monitor is skipped altogether. */
  readonly bidirectional: boolean;
}

/** An opened port, and whether the language monitor is on it. */
export type LanguageOpened = Opened<MonitorPort> & { readonly speaks: boolean };

/** OpenPortEx where that works, else OpenPort: a port without a way back prints all the same. */
export async function openWithLanguage(
  options: OpenWithLanguageOptions,
  call: Call,
): Promise<LanguageOpened> {
  const { portName, printerName, portMonitor, languageMonitor, bidirectional } = options;
  if (bidirectional && languageMonitor?.openPortEx !== undefined) {
    const opened = await languageMonitor.openPortEx(portName, printerName, portMonitor, call);
    if (opened.status !== 'ERROR_NOT_SUPPORTED') return { ...opened, speaks: true };
  }
  const opened = await portMonitor.openPort?.(portName, call);
  if (opened !== undefined) return { ...opened, speaks: false };
  const message = 'the port monitor opens no ports';
  return { status: 'ERROR_NOT_SUPPORTED', message, speaks: false };
}
