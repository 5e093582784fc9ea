// PLATEN-MIB: the pair, its groups, and the spool's reserve.
import {
  counterValue,
  gaugeValue,
  integerValue,
  type SnmpValue,
  textValue,
} from '../../../monitors/wire/snmp/values.ts';
import type { MibGroup } from '../contract.ts';
import { platenMib } from './names.ts';
import { allRows, type Column, scalars, table } from './rows.ts';

const objects = [...platenMib, 1].join('.');
const kib = 1024;
const truth = { yes: 1, no: 2 } as const;
const never = 0xffff_ffff;

const states = {
  initializing: 1,
  online: 2,
  offline: 3,
  failed: 4,
  'online-pending': 5,
  'offline-pending': 6,
} as const;

const node = scalars([
  { name: 'platenNodeId', oid: `${objects}.1.1`, value: ({ pair }) => textValue(pair.nodeId) },
  { name: 'platenPeerId', oid: `${objects}.1.2`, value: ({ pair }) => textValue(pair.peerId) },
  {
    name: 'platenHeartbeatAge',
    oid: `${objects}.1.3`,
    value: ({ pair }) => gaugeValue(pair.heartbeatAgeMs ?? never),
  },
  {
    name: 'platenSpoolReserve',
    oid: `${objects}.1.4`,
    value: ({ pair }) => gaugeValue(pair.spoolReserveBytes / kib),
  },
  {
    name: 'platenSpoolAvailable',
    oid: `${objects}.1.5`,
    value: ({ pair }) => gaugeValue(pair.spoolFreeBytes / kib),
  },
  {
    name: 'platenSnmpReplays',
    oid: `${objects}.1.6`,
    value:
      ({ counters }) =>
      () =>
        counterValue(counters.replays),
  },
]);

interface Row {
  readonly at: number;
  readonly group: MibGroup;
}

const column = (
  name: string,
  number: number,
  value: (group: MibGroup) => SnmpValue,
): Column<Row> => ({ name, number, value: ({ group }) => value(group) });

const groups = table<Row>({
  entry: `${objects}.2.1`,
  rows: ({ pair }) => pair.groups.map((group, at) => ({ group, at: at + 1 })),
  index: ({ at }) => [at],
  columns: [
    column('platenGroupName', 2, ({ name }) => textValue(name)),
    column('platenGroupState', 3, ({ state }) => integerValue(states[state])),
    column('platenGroupTerm', 4, ({ term }) => gaugeValue(term)),
    column('platenGroupOwner', 5, ({ ownerId }) => textValue(ownerId)),
    column('platenGroupOwnedHere', 6, ({ ownedHere }) =>
      integerValue(ownedHere ? truth.yes : truth.no),
    ),
    column('platenGroupExposed', 7, ({ exposed }) => integerValue(exposed ? truth.yes : truth.no)),
  ],
});

export const platenRows = allRows([node, groups]);
