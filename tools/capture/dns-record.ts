/** Records the multicast DNS packets on this network, one file a packet. */

import { createSocket } from 'node:dgram';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const usage =
  'usage: dns-record.ts --into DIR --as NAME [--on ADDRESS]   (until it is interrupted)';
const group = '224.0.0.251';
const port = 5353;

const { values } = parseArgs({
  options: { into: { type: 'string' }, as: { type: 'string' }, on: { type: 'string' } },
});
const { into, as: name, on } = values;
if (into === undefined || name === undefined) throw new Error(usage);

mkdirSync(into, { recursive: true });
let number = 0;
const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (octets, { address }) => {
  number += 1;
  const file = join(into, `${name}-${String(number).padStart(3, '0')}.bin`);
  writeFileSync(file, octets);
  process.stdout.write(`${file} ${octets.length} octets from ${address}\n`);
});
socket.bind(port, () => socket.addMembership(group, on));
