// How each port of a spooler is spoken to: by which language monitor, and whether at all.
import type { MonitorRegistry } from '../../monitors/contract.ts';
import { portNameKey } from '../../monitors/port-name.ts';
import type { OwnedMonitorRegistry } from '../registry/monitor-registry.ts';

export interface PortLanguage {
  /** `auto`: by the command sets of the device's 1284 id; `none`; or a language monitor's name. */
  readonly language: string;
  /** Off: the port is written to only, and every language monitor is skipped. */
  readonly bidirectional: boolean;
}

/** What is left out, or undefined, stays. */
export type PortLanguageChange = {
  readonly [Name in keyof PortLanguage]?: PortLanguage[Name] | undefined;
};

export const defaultPortLanguage: PortLanguage = { language: 'auto', bidirectional: true };

/** Kept in the spooler's registry; each method rejects as the registry does. */
export interface PortLanguages {
  /** Read once, at the first call. */
  of(portName: string): Promise<PortLanguage>;
  /** As `of`, from memory: the defaults before the first call. */
  known(portName: string): PortLanguage;
  set(portName: string, change: PortLanguageChange): Promise<PortLanguage>;
  /** The port was deleted: a later one of its name starts anew. */
  forget(portName: string): Promise<void>;
  /** The registry is not used any more. */
  close(): void;
}

/** A key beside those of the monitors; none of them has a space in its name. */
const registryName = 'Port Languages';

export function createPortLanguages(options: {
  readonly openRegistry: (name: string) => Promise<OwnedMonitorRegistry>;
}): PortLanguages {
  const ports = new Map<string, PortLanguage>();
  let opening: Promise<OwnedMonitorRegistry> | undefined;

  const open = async (): Promise<OwnedMonitorRegistry> => {
    const owned = await options.openRegistry(registryName);
    for (const name of await owned.registry.enumKey(owned.registry.root)) {
      ports.set(portNameKey(name), await read(owned.registry, name));
    }
    return owned;
  };
  const opened = async (): Promise<MonitorRegistry> => {
    opening ??= open();
    try {
      return (await opening).registry;
    } catch (error) {
      // The next call tries again.
      opening = undefined;
      throw error;
    }
  };
  const known = (portName: string) => ports.get(portNameKey(portName)) ?? defaultPortLanguage;

  return {
    async of(portName) {
      await opened();
      return known(portName);
    },
    known,
    async set(portName, change) {
      const registry = await opened();
      const before = known(portName);
      const next = {
        language: change.language ?? before.language,
        bidirectional: change.bidirectional ?? before.bidirectional,
      };
      const key = await registry.createKey(registry.root, portName);
      await registry.setValues(
        key,
        new Map([
          ['Language', { type: 'string', data: next.language }],
          ['Bidirectional', { type: 'dword', data: Number(next.bidirectional) }],
        ]),
      );
      registry.closeKey(key);
      ports.set(portNameKey(portName), next);
      return next;
    },
    async forget(portName) {
      const registry = await opened();
      if (ports.delete(portNameKey(portName))) await registry.deleteKey(registry.root, portName);
    },
    close() {
      opening?.then(
        (owned) => owned.shutDown(),
        // What never opened has nothing to close.
        () => {},
      );
    },
  };
}

/** A value of another kind than we write counts as not there. */
async function read(registry: MonitorRegistry, portName: string): Promise<PortLanguage> {
  const key = await registry.openKey(registry.root, portName);
  if (key === undefined) return defaultPortLanguage;
  const language = await registry.queryValue(key, 'Language');
  const bidirectional = await registry.queryValue(key, 'Bidirectional');
  registry.closeKey(key);
  return {
    language: language?.type === 'string' ? language.data : defaultPortLanguage.language,
    bidirectional: bidirectional?.type !== 'dword' || bidirectional.data !== 0,
  };
}
