// An agent made with net-snmp alone, in a process of its own: the variables of a file, each a
// scalar.
import { readFile } from 'node:fs/promises';
import * as netSnmp from 'net-snmp';
import { z } from 'zod';

const [file = '', port = ''] = process.argv.slice(2);
const variables = z
  .array(z.tuple([z.string(), z.string()]))
  .parse(JSON.parse(await readFile(file, 'utf8')));

const agent = netSnmp.createAgent({ port: Number(port), address: '127.0.0.1' }, () => undefined);
agent.getAuthorizer().addCommunity('geheim');
const mib = agent.getMib();
for (const [at, [oid, text]] of variables.entries()) {
  const number = /^(?:INTEGER|Gauge32|Counter32): (-?\d+)/.exec(text)?.[1];
  const name = `v${at}`;
  const { Integer, OctetString } = netSnmp.ObjectType;
  const scalarType = number === undefined ? OctetString : Integer;
  const { Scalar } = netSnmp.MibProviderType;
  const maxAccess = netSnmp.MaxAccess['read-only'];
  agent.registerProvider({ name, type: Scalar, oid, scalarType, maxAccess });
  mib.setScalarValue(name, number === undefined ? text : Number(number) % 0x7fff_ffff);
}
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
