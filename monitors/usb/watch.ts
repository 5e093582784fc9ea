// Looks who is plugged in, and tells when a printer that is waited for comes or goes.
import type { Clock, Timer } from '../../hal/contract.ts';
import { usbMonitorLimits as limits } from './limits.ts';

export interface UsbWatchOptions {
  readonly clock: Clock;
  /** Whether the port's printer is plugged in; undefined: that can't be told. */
  readonly isPresent: (portName: string) => Promise<boolean | undefined>;
  readonly onChange: (portName: string, isPresent: boolean) => void;
}

export interface UsbWatch {
  use(portNames: readonly string[]): void;
  unuse(portNames: readonly string[]): void;
  stop(): void;
}

/** The kernel's own news of plugging need a running udevd, which an appliance has not. */
export function createUsbWatch({ clock, isPresent, onChange }: UsbWatchOptions): UsbWatch {
  const last = new Map<string, boolean | undefined>();
  let timer: Timer | undefined;
  let isStopped = false;

  const look = async () => {
    for (const portName of last.keys()) {
      const now = await presence(portName);
      if (isStopped || !last.has(portName)) continue;
      const before = last.get(portName);
      last.set(portName, now ?? before);
      // Of one that is there from the start the port itself says what there is to say.
      const isNews = before === undefined ? now === false : now !== before;
      if (now !== undefined && isNews) onChange(portName, now);
    }
    timer = undefined;
    schedule();
  };
  const presence = async (portName: string): Promise<boolean | undefined> => {
    try {
      return await isPresent(portName);
    } catch {
      // A look that failed says nothing; the next one comes soon.
      return undefined;
    }
  };
  const schedule = () => {
    if (isStopped || last.size === 0 || timer !== undefined) return;
    timer = clock.startTimer(limits.lookEachMs, () => void look());
  };
  return {
    use(portNames) {
      for (const name of portNames) if (!last.has(name)) last.set(name, undefined);
      schedule();
    },
    unuse(portNames) {
      for (const name of portNames) last.delete(name);
      if (last.size > 0) return;
      timer?.cancel();
      timer = undefined;
    },
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
