// Step: what the image leaves to the appliance: provision.toml at the first boot, and the network.
import type { Hal } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import type { BoxControl } from '../../box/contract.ts';
import { createBoxControl } from '../../box/control.ts';
import { createLight, keepLight } from '../../box/lights.ts';
import type { Config } from '../../config/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import { networkSettingsLimits } from '../../limits/network-settings-limits.ts';
import type { Log } from '../../log/log.ts';
import { keepSettings, openNetworkAdministration } from '../../network-settings/administration.ts';
import { type NetworkAdministration, networkSettings } from '../../network-settings/contract.ts';
import { createRequestFolder } from '../../network-settings/request-folder.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import type { Provision } from '../../provision/contract.ts';
import { pairAsProvisioned } from '../../provision/peer.ts';
import { readProvision } from '../../provision/read.ts';
import type { Users } from '../../users/contract.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';

export interface Box {
  /** Undefined where the machine's network is not ours. */
  readonly network: NetworkAdministration | undefined;
  /** Undefined where the machine is not ours. */
  readonly control: BoxControl | undefined;
  /** What the box is called, where somebody said so. */
  readonly hostName: string | undefined;
  /** What is wrong with provision.toml: one sentence each. */
  problems(): readonly string[];
  /** Makes the administrator that provision.toml names, once; then the file counts no more. */
  finish(users: Users): Promise<void>;
  /** Pairs with the box that provision.toml names, at the start that took it. */
  pairUp(pair: PairRoom): void;
}

type Part = Pick<Hal, 'files' | 'clock' | 'random'>;

export function boxStep(hal: Part, config: Config, folder: DataFolder, log: Log): Step<Box> {
  return {
    name: 'box',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const given = await readOnce(hal, config['provision.folder'], folder);
      const problems = given?.kind === 'wrong' ? [...given.problems] : [];
      for (const problem of problems) log.error('provision.toml is not taken', { problem });
      const provision = given?.kind === 'read' ? given.provision : undefined;
      if (provision !== undefined) await keepNetwork(hal, folder, provision);
      const stopping = new AbortController();
      const network = await openNetwork(hal, config, folder, log);
      const part: Box = {
        network,
        control: openControl(hal, config),
        hostName: network?.view().settings.hostName,
        problems: () => problems,
        async finish(users) {
          if (provision === undefined) return;
          const fault = await makeAdministrator(users, provision);
          if (fault !== undefined) problems.push(fault);
          else await hal.files.replaceFile(folder.provisioned, Buffer.from('taken\n'));
        },
        pairUp(pair) {
          const peer = provision?.peer;
          if (peer === undefined) return;
          const onProblem = (problem: string) => void problems.push(problem);
          const parts = { ...hal, pair, log: log.child('provision'), onProblem };
          void pairAsProvisioned(peer, parts, stopping.signal);
        },
      };
      return {
        part,
        async stop() {
          stopping.abort();
          network?.stop();
        },
      };
    },
  };
}

/** Undefined where there is none, or one was taken before. */
async function readOnce({ files }: Part, from: string, folder: DataFolder) {
  if (from === '' || (await readOptional(files, folder.provisioned)) !== undefined)
    return undefined;
  const text = await readOptional(files, `${from}/provision.toml`);
  return text === undefined ? undefined : readProvision(text);
}

async function readOptional(files: Hal['files'], path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.readFile(path, networkSettingsLimits.fileBytes);
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
}

async function keepNetwork(
  { files }: Part,
  folder: DataFolder,
  { administrator: _administrator, peer: _peer, ...settings }: Provision,
): Promise<void> {
  await keepSettings({ files, path: folder.network }, networkSettings.parse(settings));
}

async function openNetwork(hal: Part, config: Config, folder: DataFolder, log: Log) {
  const requests = config['network.folder'];
  if (requests === '') return undefined;
  return openNetworkAdministration({
    ...hal,
    log: log.child('network'),
    applier: createRequestFolder({ ...hal, folder: requests }),
    path: folder.network,
  });
}

function openControl(hal: Part, config: Config): BoxControl | undefined {
  const folder = config['box.folder'];
  return folder === '' ? undefined : createBoxControl({ ...hal, folder });
}

/** The light of the box, from when it serves until it stops. */
export function lightStep(
  hal: Pick<Hal, 'files' | 'clock'>,
  config: Config,
  isWell: () => Promise<boolean>,
  log: Log,
): Step<undefined> {
  return {
    name: 'light',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const folder = config['box.folder'];
      if (folder === '') return { part: undefined };
      const light = createLight(hal.files, folder);
      const kept = await keepLight({ ...hal, light, isWell, log: log.child('light') });
      return { part: undefined, stop: () => kept.stop() };
    },
  };
}

/** True once, at the first start after a factory reset: nothing older is left that could say so. */
export async function isFreshlyReset(
  { files }: Pick<Part, 'files'>,
  config: Config,
  { resetTold }: Pick<DataFolder, 'resetTold'>,
): Promise<boolean> {
  const path = config['box.resetFile'];
  if (path === '' || (await readOptional(files, path)) === undefined) return false;
  if ((await readOptional(files, resetTold)) !== undefined) return false;
  await files.replaceFile(resetTold, Buffer.from('told\n'));
  return true;
}

async function makeAdministrator(
  users: Users,
  { administrator }: Provision,
): Promise<string | undefined> {
  if (administrator === undefined || (await users.hasAdministrator())) return undefined;
  const { name, passwordHash } = administrator;
  const answer = await users.provide(name, 'administrator', passwordHash);
  return answer.kind === 'refused' ? `provision.toml: ${answer.message}` : undefined;
}
