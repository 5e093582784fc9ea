// What is told of an event: the notifications of the RFCs and of PLATEN-MIB, as data.
import { type Oid, oidOf } from '../../monitors/wire/snmp/oid.ts';
import {
  gaugeValue,
  integerValue,
  textValue,
  type Varbind,
} from '../../monitors/wire/snmp/values.ts';
import type { PlatenEvent } from '../events/event.ts';
import type { AlertChange } from './alerts.ts';
import { platenMib, platenNotifications } from './mib/names.ts';
import { alertSeverities } from './mib/printer-general.ts';

/** snmpTrapOID and what it carries. */
export interface Notification {
  readonly oid: Oid;
  readonly varbinds: readonly Varbind[];
}

const standardTraps = oidOf('1.3.6.1.6.3.1.1.5');
const alertEntry = oidOf('1.3.6.1.2.1.43.18.1.1');
const printerV2Alert = oidOf('1.3.6.1.2.1.43.18.2.0.1');
const objects: Oid = [...platenMib, 1];
const spoolAvailable: Oid = [...objects, 1, 5, 0];
const kib = 1024;

export const coldStart: Notification = { oid: [...standardTraps, 1], varbinds: [] };
export const authenticationFailure: Notification = { oid: [...standardTraps, 5], varbinds: [] };

const first = 1;
const unknownLocation = -2;

/** printerV2Alert (RFC 3805): the instance says which printer and which alert. */
export function alertNotification(index: number, { alert }: AlertChange): Notification {
  const at = (column: number, value: number): Varbind => ({
    oid: [...alertEntry, column, index, alert.index],
    value: integerValue(value),
  });
  return {
    oid: printerV2Alert,
    varbinds: [
      at(1, alert.index),
      at(2, alertSeverities[alert.severity]),
      at(4, alert.group),
      at(5, first),
      at(6, unknownLocation),
      at(7, alert.code),
    ],
  };
}

/** Numbers of PLATEN-MIB's notifications. */
const platenTraps = {
  'group-failed-over': 1,
  'group-exposed': 2,
  'group-in-step': 3,
  'spool-low': 4,
  'spool-has-room': 5,
  'group-owner-changed': 6,
  'group-online': 7,
  'group-offline': 8,
  'group-failed': 9,
  'group-jobs-held': 10,
} as const;

/** Undefined: nobody is told of such an event. */
export function notificationOf(event: PlatenEvent): Notification | undefined {
  const { type } = event;
  if (type === 'appliance-started') return coldStart;
  if (type === 'snmp-refused') return authenticationFailure;
  if (!isPlatenTrap(type)) return undefined;
  const oid = [...platenNotifications, platenTraps[type]];
  if (type !== 'spool-low' && type !== 'spool-has-room')
    return { oid, varbinds: groupFacts(event) };
  const available = gaugeValue(numberOf(event, 'availableBytes') / kib);
  return { oid, varbinds: [{ oid: spoolAvailable, value: available }] };
}

function isPlatenTrap(type: string): type is keyof typeof platenTraps {
  return Object.hasOwn(platenTraps, type);
}

/** Objects that only notifications have: platenEventGroup, platenEventOwner, platenEventTerm. */
function groupFacts(event: PlatenEvent): readonly Varbind[] {
  return [
    { oid: [...objects, 3, 1, 0], value: textValue(textOf(event, 'group')) },
    { oid: [...objects, 3, 2, 0], value: textValue(textOf(event, 'owner')) },
    { oid: [...objects, 3, 3, 0], value: gaugeValue(numberOf(event, 'term')) },
  ];
}

function textOf({ facts }: PlatenEvent, name: string): string {
  const fact = facts[name];
  return typeof fact === 'string' ? fact : '';
}

function numberOf({ facts }: PlatenEvent, name: string): number {
  const fact = facts[name];
  return typeof fact === 'number' ? fact : 0;
}
