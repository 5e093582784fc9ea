// IF-MIB (RFC 2863): the network interfaces of the appliance.
import type { NetworkLink } from '../../../hal/links.ts';
import {
  counterValue,
  gaugeValue,
  integerValue,
  octetsValue,
  type SnmpValue,
  textValue,
  ticksValue,
} from '../../../monitors/wire/snmp/values.ts';
import { allRows, type Column, scalars, table } from './rows.ts';

/** IANAifType. */
const types = { loopback: 24, ethernet: 6 } as const;
const states = { up: 1, down: 2, unknown: 4 } as const;
const most32 = 0xffff_ffff;
const truth = { yes: 1, no: 2 } as const;

function operational({ enabled, carrier, loopback }: NetworkLink): number {
  if (!enabled) return states.down;
  if (loopback) return states.up;
  if (carrier === undefined) return states.unknown;
  return carrier ? states.up : states.down;
}

function counter64(count: number): SnmpValue {
  return { type: 'counter64', value: BigInt(Math.max(0, Math.floor(count))) };
}

const column = (
  name: string,
  number: number,
  value: (link: NetworkLink) => SnmpValue,
): Column<NetworkLink> => ({ name, number, value });

const ifTable = table<NetworkLink>({
  entry: '1.3.6.1.2.1.2.2.1',
  rows: ({ links }) => links,
  index: ({ index }) => [index],
  columns: [
    column('ifIndex', 1, ({ index }) => integerValue(index)),
    column('ifDescr', 2, ({ name }) => textValue(name)),
    column('ifType', 3, ({ loopback }) => integerValue(loopback ? types.loopback : types.ethernet)),
    column('ifMtu', 4, ({ mtuBytes }) => integerValue(mtuBytes)),
    column('ifSpeed', 5, ({ bitsPerSecond = 0 }) => gaugeValue(Math.min(most32, bitsPerSecond))),
    column('ifPhysAddress', 6, ({ hardwareAddress }) => octetsValue(hardwareAddress)),
    column('ifAdminStatus', 7, ({ enabled }) => integerValue(enabled ? states.up : states.down)),
    column('ifOperStatus', 8, (link) => integerValue(operational(link))),
    column('ifLastChange', 9, () => ticksValue(0)),
    column('ifInOctets', 10, ({ received }) => counterValue(received.bytes)),
    column('ifInUcastPkts', 11, ({ received }) => counterValue(received.packets)),
    column('ifInDiscards', 13, ({ received }) => counterValue(received.dropped)),
    column('ifInErrors', 14, ({ received }) => counterValue(received.errors)),
    column('ifInUnknownProtos', 15, () => counterValue(0)),
    column('ifOutOctets', 16, ({ sent }) => counterValue(sent.bytes)),
    column('ifOutUcastPkts', 17, ({ sent }) => counterValue(sent.packets)),
    column('ifOutDiscards', 19, ({ sent }) => counterValue(sent.dropped)),
    column('ifOutErrors', 20, ({ sent }) => counterValue(sent.errors)),
  ],
});

const ifXTable = table<NetworkLink>({
  entry: '1.3.6.1.2.1.31.1.1.1',
  rows: ({ links }) => links,
  index: ({ index }) => [index],
  columns: [
    column('ifName', 1, ({ name }) => textValue(name)),
    column('ifHCInOctets', 6, ({ received }) => counter64(received.bytes)),
    column('ifHCInUcastPkts', 7, ({ received }) => counter64(received.packets)),
    column('ifHCOutOctets', 10, ({ sent }) => counter64(sent.bytes)),
    column('ifHCOutUcastPkts', 11, ({ sent }) => counter64(sent.packets)),
    column('ifLinkUpDownTrapEnable', 14, () => integerValue(2)),
    column('ifHighSpeed', 15, ({ bitsPerSecond = 0 }) =>
      gaugeValue(Math.round(bitsPerSecond / 1_000_000)),
    ),
    column('ifPromiscuousMode', 16, () => integerValue(truth.no)),
    column('ifConnectorPresent', 17, ({ loopback }) =>
      integerValue(loopback ? truth.no : truth.yes),
    ),
    column('ifAlias', 18, () => textValue('')),
    column('ifCounterDiscontinuityTime', 19, () => ticksValue(0)),
  ],
});

const counts = scalars([
  { name: 'ifNumber', oid: '1.3.6.1.2.1.2.1', value: ({ links }) => integerValue(links.length) },
  { name: 'ifTableLastChange', oid: '1.3.6.1.2.1.31.1.5', value: () => ticksValue(0) },
]);

export const ifRows = allRows([counts, ifTable, ifXTable]);
