// CUPS's own snmp backend, in a network of its own where the agent has port 161: it finds Platen.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../at-end.ts';

const program = fileURLToPath(new URL('../../firmware/entry/platen.ts', import.meta.url));

const settings = [
  'listen.address=127.0.0.1',
  'listen.http=8631',
  'listen.https=0',
  'listen.lpd=0',
  'listen.raw=0',
  'listen.snmp=161',
  'listen.mqtt=0',
  'listen.pair=0',
  'snmp.community=public',
];

/** The shell waits for the line that says that everything listens, and ends what it began. */
const script = `
set -e
ip link set lo up
platen() { "$NODE" "$PROGRAM" "$@" --data "$DATA"; }
coproc SERVE { exec "$NODE" "$PROGRAM" serve --data "$DATA" $SETS 2>"$DATA.log"; }
pid=$SERVE_PID
trap 'kill $pid; wait $pid || true' EXIT
read -r ready <&"\${SERVE[0]}"
platen port add a --monitor tcp --host 127.0.0.1 >/dev/null
platen printer add office --port a >/dev/null
timeout 60 /usr/lib/cups/backend/snmp 127.0.0.1
`;

test('CUPS finds Platen by SNMP, with the address to print to', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-cups-snmp-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const env = {
    ...process.env,
    NODE: process.execPath,
    PROGRAM: program,
    DATA: join(folder, 'data'),
    SETS: settings.map((each) => `--set ${each}`).join(' '),
  };
  const { output, errors } = await new Promise<{ output: string; errors: string }>((resolve) => {
    const words = ['--user', '--map-root-user', '--net', 'bash', '-c', script];
    execFile('unshare', words, { env }, (_error, output, errors) => resolve({ output, errors }));
  });
  const found = /^network ipp:\/\/127\.0\.0\.1:8631\/ipp\/print\/office "Platen Print Server" /m;
  assert.match(output, found, errors);
});
