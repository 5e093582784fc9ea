// The shapes of settings: what of the configuration can be changed while the appliance runs.
import { z } from 'zod';
import { type ChangeableKey, changeableKeys } from '../../config/telling-section.ts';

export const setting = z.object({
  key: z.enum(changeableKeys),
  /** Left out of a secret. */
  value: z.string().optional(),
  /** Of a secret: whether there is one. */
  isSet: z.boolean(),
  secret: z.boolean(),
  /** `changed`: here; `outside`: by a variable or an option, and only there. */
  from: z.enum(['default', 'file', 'changed', 'outside']),
  place: z.string(),
  help: z.string(),
});

export const settings = z.object({ items: z.array(setting).readonly() });

const value = z.string().max(1_023).nullable().exactOptional();

/** What is left out stays; `null` takes a change back. */
export const settingChanges = z.strictObject({
  'syslog.server': value,
  'syslog.pin': value,
  'webhook.url': value,
  'webhook.secret': value,
  'webhook.pin': value,
  'mqtt.broker': value,
  'mqtt.pin': value,
  'mqtt.topic': value,
  'mqtt.user': value,
  'mqtt.password': value,
} satisfies Record<ChangeableKey, typeof value>);
