// `platen selftest`: a whole appliance in a temporary folder prints a document to a printer in this
// process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hal, TcpConnection } from '../../hal/contract.ts';
import { loadPacketLibrary } from '../../hal/linux/network/packet-socket.ts';
import { loadSerialLibrary } from '../../hal/linux/serial.ts';
import { loadUsbLibrary } from '../../hal/linux/usb.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { Principal } from '../api/principal.ts';
import { CliError, type CommandContext } from '../cli/command.ts';
import { completeConfig } from '../config/table.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import { createLog } from '../log/log.ts';
import type { Spooler } from '../spooler/contract.ts';
import { createNoWire } from '../supervisor/client.ts';
import { type RunningAppliance, startAppliance } from './appliance.ts';
import { passMessage } from './selftest-mqtt.ts';
import { sendBySerial } from './selftest-serial.ts';

export interface SelftestOptions {
  readonly hal: Hal;
  readonly version: string;
}

const self: Principal = { kind: 'local-administrator' };
const name = 'selftest';
/** Of an agent that nobody else reaches. */
const password = 'selftest-password';

export async function selftest(
  { hal, version }: SelftestOptions,
  { asJson, out }: Pick<CommandContext, 'asJson' | 'out'>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-selftest-'));
  const startMs = hal.clock.monotonicMs();
  try {
    await loadLibraries();
    await printOnce(hal, version, folder);
    await passMessage(hal, folder);
    await sendBySerial(hal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const elapsedMs = Math.round(hal.clock.monotonicMs() - startMs);
  if (asJson) out.json({ passed: true, version, elapsedMs });
  else {
    const done =
      'a document was printed, the printer shown by SNMP, a message passed by MQTT, ' +
      'a serial line carried bytes';
    out.line(`Platen ${version} works here: ${done}, in ${elapsedMs} ms.`);
  }
}

/** The native libraries: those that a test without a USB or serial printer would not touch. */
const libraries = [
  { what: 'USB', load: loadUsbLibrary },
  { what: 'serial ports', load: loadSerialLibrary },
  { what: 'packet sockets', load: loadPacketLibrary },
] as const;

async function loadLibraries(): Promise<void> {
  for (const { what, load } of libraries) {
    try {
      await load();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new CliError(`The library for ${what} can't be loaded here: ${said}`, 1, {
        cause: error,
      });
    }
  }
}

/** Rejects where any part of the way fails. */
async function printOnce(hal: Hal, version: string, folder: string): Promise<void> {
  const config = completeConfig({
    'data.folder': folder,
    'listen.address': '127.0.0.1',
    'listen.http': 0,
    'listen.https': 0,
    'listen.lpd': 0,
    'listen.snmp': 0,
    // What is plugged in is none of its business: it would be given printers, and a page.
    'devices.addPlugged': false,
    'snmp.community': name,
    'snmp.user': name,
    'snmp.authPassword': password,
    'snmp.privPassword': password,
    'listen.raw': 0,
  });
  const destination = { write: (line: string) => void process.stderr.write(line) };
  const log = createLog({ level: 'error', clock: hal.clock, destination });
  const sent = hal.random.bytes(entryLimits.selftestBytes);
  const received = Promise.withResolvers<Uint8Array>();
  const printer = await hal.tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 1,
    onConnection: (connection) => void readAll(connection).then(received.resolve, received.reject),
  });
  const appliance = await startAppliance({
    hal,
    config,
    log,
    version,
    wire: createNoWire(),
  });
  try {
    const spooler = appliance.services.directory.byAddress('127.0.0.1');
    await accept(spooler, printer.local.port, sent);
    using deadline = startDeadline(hal.clock, entryLimits.selftestMs);
    const arrived = await abortable(received.promise, deadline.signal);
    if (Buffer.compare(arrived, sent) !== 0) {
      throw new CliError('The document changed on its way to the printer.');
    }
    await askBySnmp(hal, appliance.addresses);
  } finally {
    await appliance.stop();
    await printer.close();
  }
}

/** The agent and the manager's library, each by the other, by community and by encrypted user. */
async function askBySnmp(hal: Hal, addresses: RunningAppliance['addresses']): Promise<void> {
  const agent = new URL(addresses.find(({ what }) => what === 'snmp')?.address ?? '');
  const auth = { protocol: 'sha256', password } as const;
  const priv = { protocol: 'aes128', password } as const;
  for (const credentials of [
    { version: '2c', community: name },
    { version: '3', user: name, auth, priv },
  ] as const) {
    const session = hal.snmp.open({
      address: agent.hostname,
      port: Number(agent.port),
      credentials,
      timeoutMs: entryLimits.selftestMs,
      retries: 0,
    });
    try {
      const found = await session.table([sysDescr, printerName], 2);
      if (found.size !== 2) throw new CliError('The SNMP agent did not show the printer.');
    } finally {
      session.close();
    }
  }
}

const sysDescr = '1.3.6.1.2.1.1.1';
const printerName = '1.3.6.1.2.1.43.5.1.1.16';

async function accept(spooler: Spooler, portNumber: number, sent: Uint8Array): Promise<void> {
  const settings = { name, host: '127.0.0.1', portNumber };
  const added = await spooler.ports.xcv({ monitor: 'tcp' }, 'AddPort', settings, self);
  if (!('status' in added) || added.status !== 'ERROR_SUCCESS') {
    throw new CliError(`A port can't be added: ${added.message ?? ''}`);
  }
  const made = await spooler.printers.create(name, { portNames: [name] }, self);
  if (made.kind === 'refused') throw new CliError(`A printer can't be made: ${made.message}`);
  const answer = await spooler.intake.accept(chunksOf(sent), {
    printerId: made.printer.id,
    name,
    origin: { door: 'api', userName: name, address: 'selftest', authenticated: true },
    document: { name, format: 'application/octet-stream', sizeBytes: sent.length },
  });
  if (answer.kind === 'refused') throw new CliError(`The document is refused: ${answer.message}`);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function readAll(connection: TcpConnection): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await connection.read();
    if (part === undefined) break;
    parts.push(part);
  }
  await connection.close();
  return Buffer.concat(parts);
}
