// The shapes of SNMP's readers and targets; communities and passwords go in and never come out.
import { z } from 'zod';

const rules = {
  networks: z.array(z.string()).readonly(),
  included: z.array(z.string()).readonly(),
  excluded: z.array(z.string()).readonly(),
};

export const snmpCommunity = z.object({ name: z.string(), ...rules });

export const snmpUser = z.object({
  name: z.string(),
  authProtocol: z.string(),
  /** Absent: answers to this user are not encrypted. */
  privProtocol: z.string().optional(),
  ...rules,
});

export const snmpTarget = z.object({
  name: z.string(),
  host: z.string(),
  port: z.int(),
  version: z.enum(['v1', 'v2c', 'v3']),
  /** The name of a community or, for v3, of a user. */
  reader: z.string(),
});

export const snmpState = z.object({
  /** In hexadecimal. */
  engineId: z.string(),
  engineBoots: z.int(),
  communities: z.array(snmpCommunity).readonly(),
  users: z.array(snmpUser).readonly(),
  targets: z.array(snmpTarget).readonly(),
});

export const removed = z.object({ removed: z.string() });
export const added = z.object({ added: z.string() });
