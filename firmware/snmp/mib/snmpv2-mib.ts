// SNMPv2-MIB (RFC 3418), SNMP-FRAMEWORK-MIB (RFC 3411), and the counters of message processing and
// security (RFC 3412, RFC 3414, RFC 3413).
import { oidOf } from '../../../monitors/wire/snmp/oid.ts';
import {
  counterValue,
  integerValue,
  octetsValue,
  oidValue,
  textValue,
  ticksValue,
} from '../../../monitors/wire/snmp/values.ts';
import { snmpLimits } from '../../limits/snmp-limits.ts';
import type { SnmpCounter } from '../contract.ts';
import { platenProduct } from './names.ts';
import { allRows, type Scalar, scalars, table } from './rows.ts';

/** Internet and end-to-end, and applications (RFC 3418 sysServices). */
const services = 0x08 + 0x40;

const enabled = 1;

const system = scalars([
  {
    name: 'sysDescr',
    oid: '1.3.6.1.2.1.1.1',
    value: ({ system }) => textValue(system.description),
  },
  { name: 'sysObjectID', oid: '1.3.6.1.2.1.1.2', value: () => oidValue(platenProduct) },
  {
    name: 'sysUpTime',
    oid: '1.3.6.1.2.1.1.3',
    value:
      ({ system }) =>
      () =>
        ticksValue(system.upMs()),
  },
  { name: 'sysContact', oid: '1.3.6.1.2.1.1.4', value: ({ system }) => textValue(system.contact) },
  { name: 'sysName', oid: '1.3.6.1.2.1.1.5', value: ({ system }) => textValue(system.name) },
  {
    name: 'sysLocation',
    oid: '1.3.6.1.2.1.1.6',
    value: ({ system }) => textValue(system.location),
  },
  { name: 'sysServices', oid: '1.3.6.1.2.1.1.7', value: () => integerValue(services) },
  { name: 'sysORLastChange', oid: '1.3.6.1.2.1.1.8', value: () => ticksValue(0) },
]);

const capabilities = [
  { oid: '1.3.6.1.6.3.1', words: 'The MIB module for SNMPv2 entities (RFC 3418)' },
  { oid: '1.3.6.1.6.3.10.3.1.1', words: 'The SNMP management architecture (RFC 3411)' },
  { oid: '1.3.6.1.6.3.15.2.1.1', words: 'The user-based security model (RFC 3414)' },
  { oid: '1.3.6.1.2.1.31', words: 'Network interfaces (RFC 2863)' },
  { oid: '1.3.6.1.2.1.25.7.1', words: 'Host resources (RFC 2790)' },
  { oid: '1.3.6.1.2.1.43.2', words: 'Printers (RFC 3805)' },
  { oid: '1.3.6.1.4.1.2699.1.2', words: 'Port monitors (PWG 5107.1)' },
].map((row, at) => ({ ...row, at: at + 1 }));

const sysOrTable = table({
  entry: '1.3.6.1.2.1.1.9.1',
  rows: () => capabilities,
  index: ({ at }) => [at],
  columns: [
    { name: 'sysORID', number: 2, value: ({ oid }) => oidValue(oidOf(oid)) },
    { name: 'sysORDescr', number: 3, value: ({ words }) => textValue(words) },
    { name: 'sysORUpTime', number: 4, value: () => ticksValue(0) },
  ],
});

function counter(name: string, oid: string, which: SnmpCounter): Scalar {
  return {
    name,
    oid,
    value:
      ({ counters }) =>
      () =>
        counterValue(counters[which]),
  };
}

const counted = scalars([
  counter('snmpInPkts', '1.3.6.1.2.1.11.1', 'inPackets'),
  counter('snmpInBadVersions', '1.3.6.1.2.1.11.3', 'badVersions'),
  counter('snmpInBadCommunityNames', '1.3.6.1.2.1.11.4', 'badCommunityNames'),
  counter('snmpInBadCommunityUses', '1.3.6.1.2.1.11.5', 'badCommunityUses'),
  counter('snmpInASNParseErrs', '1.3.6.1.2.1.11.6', 'parseErrors'),
  {
    name: 'snmpEnableAuthenTraps',
    oid: '1.3.6.1.2.1.11.30',
    value: () => integerValue(enabled),
  },
  counter('snmpSilentDrops', '1.3.6.1.2.1.11.31', 'silentDrops'),
  { name: 'snmpProxyDrops', oid: '1.3.6.1.2.1.11.32', value: () => counterValue(0) },
  counter('snmpUnknownSecurityModels', '1.3.6.1.6.3.11.2.1.1', 'unknownSecurityModels'),
  counter('snmpInvalidMsgs', '1.3.6.1.6.3.11.2.1.2', 'invalidMessages'),
  counter('snmpUnknownPDUHandlers', '1.3.6.1.6.3.11.2.1.3', 'unknownPduHandlers'),
  { name: 'snmpUnavailableContexts', oid: '1.3.6.1.6.3.12.1.4', value: () => counterValue(0) },
  counter('snmpUnknownContexts', '1.3.6.1.6.3.12.1.5', 'unknownContexts'),
  counter('usmStatsUnsupportedSecLevels', '1.3.6.1.6.3.15.1.1.1', 'unsupportedSecurityLevels'),
  counter('usmStatsNotInTimeWindows', '1.3.6.1.6.3.15.1.1.2', 'notInTimeWindows'),
  counter('usmStatsUnknownUserNames', '1.3.6.1.6.3.15.1.1.3', 'unknownUserNames'),
  counter('usmStatsUnknownEngineIDs', '1.3.6.1.6.3.15.1.1.4', 'unknownEngineIds'),
  counter('usmStatsWrongDigests', '1.3.6.1.6.3.15.1.1.5', 'wrongDigests'),
  counter('usmStatsDecryptionErrors', '1.3.6.1.6.3.15.1.1.6', 'decryptionErrors'),
]);

const framework = scalars([
  {
    name: 'snmpEngineID',
    oid: '1.3.6.1.6.3.10.2.1.1',
    value: ({ engine }) => octetsValue(engine.id),
  },
  {
    name: 'snmpEngineBoots',
    oid: '1.3.6.1.6.3.10.2.1.2',
    value: ({ engine }) => integerValue(engine.boots),
  },
  {
    name: 'snmpEngineTime',
    oid: '1.3.6.1.6.3.10.2.1.3',
    value:
      ({ engine }) =>
      () =>
        integerValue(engine.timeSeconds()),
  },
  {
    name: 'snmpEngineMaxMessageSize',
    oid: '1.3.6.1.6.3.10.2.1.4',
    value: () => integerValue(snmpLimits.answerBytes),
  },
]);

export const snmpv2Rows = allRows([system, sysOrTable, counted, framework]);
