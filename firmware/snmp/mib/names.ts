// Object identifiers that are Platen's own.
//
// 32473 is IANA's number for examples (RFC 5612); a number of our own takes its place in this file
// and in PLATEN-MIB once it is registered.
import { type Oid, oidOf } from '../../../monitors/wire/snmp/oid.ts';

export const enterpriseNumber = 32_473;

/** platenMIB. */
export const platenMib: Oid = oidOf(`1.3.6.1.4.1.${enterpriseNumber}.1`);
/** sysObjectID. */
export const platenProduct: Oid = [...platenMib, 3, 1];
export const platenNotifications: Oid = [...platenMib, 0];
