// The shapes of the box's network settings.
import { z } from 'zod';
import { networkSettings } from '../../network-settings/contract.ts';

const { shape } = networkSettings;

/** What is not named stays. */
export const networkChange = z.strictObject({
  hostName: shape.hostName,
  timeZone: shape.timeZone,
  timeServers: shape.timeServers.unwrap().optional(),
  nameServers: shape.nameServers.unwrap().optional(),
  interfaces: shape.interfaces.unwrap().optional(),
});

export const networkView = z.object({
  settings: networkSettings,
  /** While a change waits to be confirmed. */
  trial: z.object({ before: networkSettings, secondsLeft: z.int() }).nullable(),
});
