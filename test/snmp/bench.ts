// `npm run snmp-bench`: a bulk walk of fifty printers beside an agent made with net-snmp alone, and
// what asking fifty printers costs.
import { performance } from 'node:perf_hooks';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { added } from '../../firmware/api/schemas/snmp.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { startSnmpPrinter } from '../../tools/emulators/snmp-printer/printer.ts';
import { countOf, runAsTool } from '../../tools/tool.ts';
import { needPackages } from '../../tools/verify/tool-packages.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { platenFromSources, type RunningProcess, startProcess } from '../../tools/up/processes.ts';
import { runTool, variablesOf } from './net-snmp.ts';

const usage = 'usage: npm run snmp-bench -- [--rounds N] [--seconds N]\n';
const hal = createLinuxHal({ wallTrusted: () => true });
const otherAgent = fileURLToPath(new URL('other-agent.ts', import.meta.url));
const count = 50;
const warmUpRounds = 5;
const community = ['-v2c', '-c', 'geheim'];
const xcv = z.object({ status: z.string() });
const ready = z.object({ addresses: z.array(z.object({ what: z.string(), address: z.string() })) });

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '120' },
    },
  });
  const [rounds, seconds] = [
    countOf('rounds', values.rounds, 1),
    countOf('seconds', values.seconds, 1),
  ];
  await needPackages(['snmp-bench']);
  const folder = await mkdtemp(join(tmpdir(), 'platen-snmp-bench-'));
  const platen = await startPlaten(platenFromSources, join(folder, 'data'));
  try {
    const api = createApiClient({
      socketPath: join(platen.data, 'platen.sock'),
      dataFolder: platen.data,
    });
    await api.send('POST', '/snmp/communities', { name: 'a', community: 'geheim' }, added);
    for (let at = 1; at <= count; at += 1) {
      const name = `p${at}`;
      const port = { name, host: '127.0.0.1', portNumber: 9 };
      await api.send('POST', '/monitors/tcp/xcv/AddPort', port, xcv);
      await api.send('POST', '/printers', { name, portNames: [name] }, printer);
    }
    await compareWalks(folder, platen, rounds);
    await measurePolls(platen, api, seconds);
    return 0;
  } finally {
    await platen.process.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function agentOf(platen: Platen): string {
  const { addresses } = ready.parse(platen.process.ready);
  const found = addresses.find(({ what }) => what === 'snmp');
  return `127.0.0.1:${new URL(found?.address ?? '').port}`;
}

async function compareWalks(folder: string, platen: Platen, rounds: number): Promise<void> {
  const ours = agentOf(platen);
  const walk = async (agent: string) => {
    const startMs = performance.now();
    const words = [...community, '-On', '-Cr25', '-t10', agent, '.1'];
    const { output } = await runTool('snmpbulkwalk', words);
    const ms = performance.now() - startMs;
    // The last line says that there is no more.
    return { ms, variables: variablesOf(output).filter(([, value]) => !value.startsWith('No')) };
  };
  const { variables } = await walk(ours);
  const other = await startOther(folder, variables);
  const times: Record<'ours' | 'netSnmp', number[]> = { ours: [], netSnmp: [] };
  let counted = 0;
  // The first rounds of both compile their code, and are not counted.
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const own = await walk(ours);
    const walked = await walk(`127.0.0.1:${other.port}`);
    counted = walked.variables.length;
    if (round < 0) continue;
    times.ours.push(own.ms);
    times.netSnmp.push(walked.ms);
  }
  await other.process.stop();
  const shown = {
    walk: 'snmpbulkwalk -Cr25',
    variables: variables.length,
    netSnmpVariables: counted,
    medianMs: Math.round(median(times.ours)),
    netSnmpMedianMs: Math.round(median(times.netSnmp)),
  };
  process.stdout.write(`${JSON.stringify(shown)}\n`);
}

/** The same variables in net-snmp's own agent, which like Platen is a process of its own. */
async function startOther(
  folder: string,
  variables: readonly (readonly [string, string])[],
): Promise<{ readonly port: number; readonly process: RunningProcess }> {
  const free = await hal.udp.open({
    address: '127.0.0.1',
    port: 0,
    onDatagram: () => undefined,
    onFault: () => undefined,
  });
  const { port } = free.local;
  await free.close();
  const file = join(folder, 'variables.json');
  await writeFile(file, JSON.stringify(variables));
  return { port, process: await startProcess([process.execPath, otherAgent], [file, `${port}`]) };
}

async function measurePolls(
  platen: Platen,
  api: ReturnType<typeof createApiClient>,
  seconds: number,
): Promise<void> {
  const emulated = await Promise.all(
    Array.from({ length: count }, () =>
      startSnmpPrinter({
        udp: hal.udp,
        address: '127.0.0.1',
        port: 0,
        community: 'druck',
        shape: 'laser',
      }),
    ),
  );
  const idle = await cpuShare(platen, seconds / 2);
  for (const [at, { local }] of emulated.entries()) {
    const settings = { snmpEnabled: true, snmpCommunity: 'druck', snmpPort: local.port };
    await api.send('POST', `/ports/p${at + 1}/xcv/ConfigPort`, settings, xcv);
  }
  // The first poll of each, in which everything is asked and the code is compiled.
  await rest(40_000);
  const before = emulated.reduce((sum, { questions }) => sum + questions, 0);
  const busy = await cpuShare(platen, seconds);
  const questions = emulated.reduce((sum, each) => sum + each.questions, 0) - before;
  await Promise.all(emulated.map((each) => each.close()));
  const percent = (share: number) => Math.round(share * 10_000) / 100;
  const shown = {
    polling: `${count} printers each 30 s`,
    seconds,
    questions,
    idlePercent: percent(idle),
    pollingPercent: percent(busy),
    costPercent: percent(busy - idle),
  };
  process.stdout.write(`${JSON.stringify(shown)}\n`);
}

/** Of one core, of the appliance's process. */
async function cpuShare({ process: { pid } }: Platen, seconds: number): Promise<number> {
  const ticks = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'latin1')).replace(/^.*\) /, '').split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = await ticks();
  const startMs = performance.now();
  await rest(seconds * 1_000);
  const ticksPerSecond = 100;
  return ((await ticks()) - before) / ticksPerSecond / ((performance.now() - startMs) / 1_000);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => hal.clock.startTimer(ms, resolve));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

process.exitCode = await runAsTool(usage, process.argv.slice(2), main);
