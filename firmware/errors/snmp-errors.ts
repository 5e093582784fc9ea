// Error codes of SNMP's communities, users and targets.
import type { ErrorRow } from './row.ts';

export const snmpErrors = {
  'snmp-name-taken': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'SNMP has this name already',
    next: 'Choose another name, or remove the other one first.',
  },
} as const satisfies Record<string, ErrorRow>;
