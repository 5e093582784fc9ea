// Configuration of SNMP: what the agent says of itself, and readers for boxes that are provisioned.
import { z } from 'zod';
import { snmpLimits as limits } from '../limits/snmp-limits.ts';

const text = z.string().max(limits.textLength);
const password = z
  .string()
  .max(limits.passwordLength.max)
  .refine((value) => value === '' || value.length >= limits.passwordLength.min, {
    error: `must have at least ${limits.passwordLength.min} characters`,
  });

export const snmpSection = {
  'snmp.contact': text.default('').describe('Who looks after this appliance (sysContact).'),
  'snmp.location': text.default('').describe('Where this appliance stands (sysLocation).'),
  'snmp.community': z
    .string()
    .max(limits.communityLength.max)
    .regex(/^[\x21-\x7e]*$/)
    .default('')
    .meta({ secret: true })
    .describe('A community that may read by SNMP v1 and v2c from local networks; empty: none.'),
  'snmp.user': z
    .string()
    .max(limits.nameLength)
    .regex(/^[\w.-]*$/)
    .default('')
    .describe('A user who may read by SNMP v3 from local networks; empty: none.'),
  'snmp.authPassword': password
    .default('')
    .meta({ secret: true })
    .describe("That user's password (SHA-256)."),
  'snmp.privPassword': password
    .default('')
    .meta({ secret: true })
    .describe("That user's password for encryption (AES-128); empty: not encrypted."),
};
