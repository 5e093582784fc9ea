// Opens a port for its runner: with the language monitor that it is to have, or without one.
import type { Clock } from '../../hal/contract.ts';
import type { Monitor2, MonitorPort } from '../../monitors/contract.ts';
import {
  chooseLanguage,
  type LanguageOpened,
  openWithLanguage,
} from '../../monitors/language/choose.ts';
import type { DeviceId } from '../../monitors/wire/ieee1284/device-id.ts';
import type { DeviceScope } from './device-scopes.ts';
import { type CallLimits, type HostedPort, hostPort } from './hosted-port.ts';
import { boundedCall } from './monitor-call.ts';
import type { PortLanguage, PortLanguages } from './port-languages.ts';

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly port: HostedPort }
  | { readonly kind: 'failed'; readonly message: string };

/** A language monitor of this spooler, as far as the choice of one needs it. */
export interface LanguageMonitor {
  readonly name: string;
  readonly commandSets: readonly string[];
  /** Undefined while it is not ready. */
  readonly instance: Monitor2 | undefined;
}

export interface PortOpeningOptions {
  readonly languages: PortLanguages;
  readonly languageMonitors: () => readonly LanguageMonitor[];
  readonly openScope: (portName: string) => DeviceScope;
  readonly clock: Clock;
  readonly limits: CallLimits;
  /** Whose port it is that is opened now. */
  readonly printerNameOf: (portName: string) => string;
  /** What its language monitor said of the port counts no longer. */
  readonly onSilent: (portName: string) => void;
}

/** Who has the port, ready to open it. */
export interface PortOwner {
  readonly monitorName: string;
  readonly instance: Monitor2;
}

export interface PortOpener {
  open(portName: string, owner: PortOwner, signal: AbortSignal): Promise<OpenOutcome>;
}

export function createPortOpener(options: PortOpeningOptions): PortOpener {
  return {
    async open(portName, owner, signal) {
      const setting = await options.languages.of(portName);
      const outcome = await openWith(setting, portName, owner, signal);
      // It was set while the port was opened, which takes seconds at some devices: the first job is
      // to have it. Once: who changes it again meanwhile has the one of before.
      const now = options.languages.known(portName);
      if (outcome.kind === 'failed' || sameLanguage(now, setting)) return outcome;
      await outcome.port.close();
      return openWith(now, portName, owner, signal);
    },
  };

  async function openWith(
    setting: PortLanguage,
    portName: string,
    owner: PortOwner,
    signal: AbortSignal,
  ): Promise<OpenOutcome> {
    const asks = setting.language === 'auto' && setting.bidirectional;
    const first = await openAs(options, portName, owner, setting, undefined, signal);
    if (!asks || first.kind === 'failed') return first;
    const id = await first.port.askDeviceId(signal);
    if (wanted(options, setting, id) === undefined) return first;
    await first.port.close();
    return openAs(options, portName, owner, setting, id, signal);
  }
}

function sameLanguage(a: PortLanguage, b: PortLanguage): boolean {
  return a.language === b.language && a.bidirectional === b.bidirectional;
}

async function openAs(
  options: PortOpeningOptions,
  portName: string,
  { monitorName, instance }: PortOwner,
  setting: PortLanguage,
  id: DeviceId | undefined,
  signal: AbortSignal,
): Promise<OpenOutcome> {
  const { clock, limits } = options;
  const language = wanted(options, setting, id);
  const scope = options.openScope(portName);
  const hosted = (port: MonitorPort, speaks: boolean) =>
    hostPort({
      name: portName,
      monitorName,
      languageMonitor: speaks ? language?.name : undefined,
      port,
      scope,
      clock,
      limits,
      suits: (askDeviceId) => suits(options, portName, setting, language?.name, askDeviceId),
      onClosed: () => {
        if (speaks) options.onSilent(portName);
      },
    });
  const outcome = await boundedCall<LanguageOpened>(
    {
      clock,
      timeoutMs: limits.resourceTimeoutMs,
      graceMs: limits.cutOffGraceMs,
      what: `${language?.name ?? monitorName} openPort of ${portName}`,
      cutOff: () => scope.cutOff(),
      signal,
      onLate: (late) => {
        // Nobody waits for this port any more; close() itself bounds and never rejects.
        if (late.status === 'ERROR_SUCCESS') void hosted(late.handle, late.speaks).close();
      },
    },
    (call) =>
      scope.run(() =>
        openWithLanguage(
          {
            portName,
            printerName: options.printerNameOf(portName),
            portMonitor: instance,
            languageMonitor: language?.instance,
            bidirectional: setting.bidirectional,
          },
          call,
        ),
      ),
  );
  if (outcome.kind !== 'returned') return { kind: 'failed', message: outcome.message };
  if (outcome.value.status !== 'ERROR_SUCCESS') {
    return { kind: 'failed', message: `${outcome.value.message} (${outcome.value.status})` };
  }
  return { kind: 'opened', port: hosted(outcome.value.handle, outcome.value.speaks) };
}

/** The language monitor that the port is to have now; one that is not ready does not count. */
function wanted(
  { languageMonitors }: Pick<PortOpeningOptions, 'languageMonitors'>,
  { language, bidirectional }: PortLanguage,
  id: DeviceId | undefined,
): LanguageMonitor | undefined {
  if (!bidirectional || language === 'none') return undefined;
  const ready = languageMonitors().filter(({ instance }) => instance !== undefined);
  const choice = language === 'auto' ? 'by-device-id' : { byHand: language };
  const name = chooseLanguage(ready, choice, id);
  return ready.find((monitor) => monitor.name === name);
}

/** Whether a port that was opened so would be opened the same way now. */
async function suits(
  options: PortOpeningOptions,
  portName: string,
  setting: PortLanguage,
  languageName: string | undefined,
  askDeviceId: () => Promise<DeviceId | undefined>,
): Promise<boolean> {
  const now = options.languages.known(portName);
  if (!sameLanguage(now, setting)) return false;
  const asks = setting.language === 'auto' && setting.bidirectional;
  const id = asks ? await askDeviceId() : undefined;
  // A device that is not there says nothing of its language.
  if (asks && id === undefined) return true;
  return wanted(options, setting, id)?.name === languageName;
}
