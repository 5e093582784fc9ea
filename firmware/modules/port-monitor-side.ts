// The port monitor that a loaded language monitor is put on, as its thread sees it.
import { part } from './parts.ts';

/** Calls the appliance; rejects as it does. */
export type Ask = (method: string, args: readonly unknown[]) => Promise<unknown>;

const always = ['startDocPort', 'writePort', 'readPort', 'endDocPort', 'closePort'] as const;

/** As much of MONITOR2 as a language monitor may call. */
export function portMonitorSide(ask: Ask): object {
  return {
    enumPorts: calling(ask, 'enumPorts'),
    async openPort(...args: readonly unknown[]) {
      const answer = await ask('openPort', args);
      const status = part(answer, 'status');
      if (status !== 'ERROR_SUCCESS') return answer;
      const offers: unknown = part(answer, 'offers');
      const names = [...always, ...(Array.isArray(offers) ? offers.map(String) : [])];
      return {
        status,
        handle: Object.fromEntries(names.map((name) => [name, calling(ask, name)])),
      };
    },
  };
}

function calling(ask: Ask, method: string) {
  if (method !== 'setPortTimeOuts') return (...args: readonly unknown[]) => ask(method, args);
  return (...args: readonly unknown[]): void => {
    // By the contract nobody waits for it.
    ask(method, args).catch(() => {});
  };
}
