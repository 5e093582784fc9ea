// A monitor host of a node or a group, with the modules of a folder.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadModules } from '../../firmware/entry/load-modules.ts';
import { createLog } from '../../firmware/log/log.ts';
import type { HostedPort } from '../../firmware/spooler/hosted-port.ts';
import { createMonitorHost, type MonitorHost } from '../../firmware/spooler/monitor-host.ts';
import { createPortLanguages, type PortLanguages } from '../../firmware/spooler/port-languages.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import type { DeviceStatus, JsonValue, MonitorModule, XcvAccess } from '../../monitors/contract.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { docOf } from '../monitors/port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

export const hal = createLinuxHal({ wallTrusted: () => false });
export const administrator: ReadonlySet<XcvAccess> = new Set(['SERVER_ACCESS_ADMINISTER']);
const log = createLog({ level: 'error', clock: hal.clock, destination: { write() {} } });
export const never = new AbortController().signal;

export interface House {
  readonly host: MonitorHost;
  readonly folder: string;
  readonly languages: PortLanguages;
  /** What was told of ports, in its order. */
  readonly statuses: readonly (readonly [string, DeviceStatus])[];
}

export async function house(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: { readonly local?: boolean; readonly builtIn?: readonly MonitorModule[] } = {},
): Promise<House> {
  const { local = true, builtIn = [] } = options;
  const statuses: (readonly [string, DeviceStatus])[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'platen-modules-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const loaded = await loadModules({ ...hal, folder, builtIn, log });
  const openRegistry = async () => ({ registry: createFakeRegistry(), shutDown() {} });
  const languages = createPortLanguages({ openRegistry });
  const host = createMonitorHost({
    clock: hal.clock,
    random: hal.random,
    tcp: hal.tcp,
    spooler: local ? 'local' : 'front-office',
    local,
    serverName: 'box',
    modules: loaded.monitors,
    openRegistry,
    outgoing: {},
    box: { ...hal, outputFolder: folder },
    limits: {
      resourceTimeoutMs: 2_000,
      cutOffGraceMs: 2_000,
      deviceIdTimeoutMs: 1_000,
      monitorStartPatienceMs: 20_000,
      ports: 100,
      backoffFirstMs: 1_000,
      backoffLastMs: 60_000,
    },
    log: { debug() {}, info() {}, warn() {} },
    onFault() {},
    onStatus: (port, status) => void statuses.push([port, status]),
    onPortsChanged() {},
    onPortDeleted() {},
    languages,
    printerNameOf: () => '',
  });
  atEnd(t, async () => {
    await host.stop(1_000);
    loaded.stop();
    await rm(folder, { recursive: true });
  });
  await host.start();
  return { host, folder, languages, statuses };
}

export async function open(
  host: MonitorHost,
  monitor: string,
  port: string,
  fields: Readonly<Record<string, JsonValue>> = {},
): Promise<HostedPort> {
  const added = await host.xcv({ monitor }, 'AddPort', { name: port, ...fields }, administrator);
  assert.ok('status' in added && added.status === 'ERROR_SUCCESS', JSON.stringify(added));
  const opened = await host.openPort(port, never);
  assert.ok(opened.kind === 'opened', JSON.stringify(opened));
  return opened.port;
}

export async function print(port: HostedPort, bytes: Uint8Array) {
  const started = await port.startDoc(docOf(bytes.length), never);
  assert.ok(started.kind === 'returned' && started.value.kind === 'started');
  const written = await port.write(bytes, never);
  assert.ok(written.kind === 'returned', JSON.stringify(written));
  assert.partialDeepStrictEqual(written.value, { kind: 'written', writtenBytes: bytes.length });
  return await port.endDoc(false);
}
