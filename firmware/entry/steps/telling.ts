// Steps: what the appliance tells others of itself — a webhook, a broker; and where its log goes.
import { availableParallelism, freemem, release, totalmem } from 'node:os';
import type { Hal } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import type { ApiServices } from '../../api/services.ts';
import type { Settings } from '../../config/settings.ts';
import { type Config, configRows } from '../../config/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { LogLevel } from '../../config/log-section.ts';
import { createLog, type Log } from '../../log/log.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import type { SupportFacts } from '../../support/bundle.ts';
import { createLogFiles } from '../../telling/log-files.ts';
import { startMqttStatus } from '../../telling/mqtt-status.ts';
import { watchNeeds } from '../../telling/needs.ts';
import { createRecentLines, type RecentLines } from '../../telling/recent-lines.ts';
import { createSyslog, type Syslog } from '../../telling/syslog.ts';
import { createWebhook } from '../../telling/webhook.ts';
import type { LogDestination } from '../log-destination.ts';
import type { Step } from '../lifecycle.ts';

export interface Logging {
  readonly log: Log;
  readonly lines: RecentLines;
  /** The data folder is ours: from now on files of it are written. */
  begin(): void;
  /** The syslog server is another one from now on. */
  retell(config: Config): void;
  stop(): Promise<void>;
}

/** Standard error, memory, files and syslog hear the same lines; none waits for another. */
export function openLogging(
  hal: Hal,
  config: Config,
  destination: Pick<LogDestination, 'write'>,
): Logging {
  const { clock, files } = hal;
  const lines = createRecentLines();
  const folder = `${config['data.folder']}/log`;
  const kept = config['log.files'] ? createLogFiles({ files, clock, folder }) : undefined;
  let syslog = openSyslog(hal, config);
  const ending = new Set<Promise<void>>();
  let early: string[] | undefined = [];
  const write = (line: string): void => {
    destination.write(line);
    lines.write(line);
    syslog?.write(line);
    if (early === undefined) kept?.write(line);
    else if (early.length < entryLimits.earlyLogLines) early.push(line);
  };
  const level: LogLevel = config['log.level'];
  return {
    log: createLog({ level, clock, destination: { write } }),
    lines,
    begin() {
      for (const line of early ?? []) kept?.write(line);
      early = undefined;
    },
    retell(changed) {
      const ended = syslog?.stop() ?? nothing();
      ending.add(ended);
      void ended.finally(() => ending.delete(ended));
      syslog = openSyslog(hal, changed);
    },
    async stop() {
      await Promise.all([kept?.close(), syslog?.stop(), ...ending]);
    },
  };
}

function openSyslog(hal: Hal, config: Config): Syslog | undefined {
  const server = config['syslog.server'];
  if (server === '') return undefined;
  return createSyslog({
    hal,
    server,
    pin: config['syslog.pin'],
    origin: { hostName: hal.addresses.own().hostName, processId: process.pid },
  });
}

export interface TellingParts {
  readonly hal: Hal;
  /** As they are; each part is started anew when its own change. */
  readonly settings: Pick<Settings, 'values' | 'follow'>;
  readonly services: Pick<ApiServices, 'events' | 'directory' | 'appliance'>;
  readonly pair: PairRoom;
  readonly log: Log;
}

export function tellingStep(parts: TellingParts): Step<undefined> {
  return {
    name: 'telling',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const told = [
        restarted(parts, 'webhook.', startWebhook),
        restarted(parts, 'mqtt.', startMqtt),
      ];
      return {
        part: undefined,
        async stop() {
          await Promise.all(told.map((stop) => stop()));
        },
      };
    },
  };
}

/** Stopped and started anew when a setting of its own changes, one after the other. */
function restarted(
  parts: TellingParts,
  prefix: string,
  start: (parts: TellingParts) => () => Promise<void>,
): () => Promise<void> {
  let stop = start(parts);
  let turn: Promise<void> = Promise.resolve();
  const again = async (before: Promise<void>): Promise<void> => {
    await before;
    await stop();
    stop = start(parts);
  };
  const unfollow = parts.settings.follow((changed) => {
    if (![...changed].some((key) => key.startsWith(prefix))) return;
    turn = again(turn);
  });
  return async () => {
    unfollow();
    await turn;
    await stop();
  };
}

const nothing = async (): Promise<void> => undefined;

function startWebhook({ hal, settings, services, log }: TellingParts): () => Promise<void> {
  const config = settings.values;
  const url = config['webhook.url'];
  if (url === '') return nothing;
  const webhook = createWebhook({
    ...hal,
    url,
    pin: config['webhook.pin'],
    secret: config['webhook.secret'],
    nodeId: services.appliance.nodeId,
    hostName: () => hal.addresses.own().hostName,
    log: log.child('webhook'),
  });
  const stopWatching = watchNeeds({
    ...services,
    clock: hal.clock,
    onNotice: (notice) => webhook.tell(notice),
  });
  return async () => {
    stopWatching();
    await webhook.stop();
  };
}

function startMqtt({ hal, settings, services, pair, log }: TellingParts): () => Promise<void> {
  const config = settings.values;
  const broker = config['mqtt.broker'];
  if (broker === '') return nothing;
  return startMqttStatus({
    ...services,
    clock: hal.clock,
    broker,
    pin: config['mqtt.pin'],
    topic: config['mqtt.topic'],
    user: config['mqtt.user'],
    password: config['mqtt.password'],
    nodeId: services.appliance.nodeId,
    version: services.appliance.version,
    hostName: () => hal.addresses.own().hostName,
    pair,
    log: log.child('mqtt'),
  });
}

/** What of the configuration and the machine may be shown to those who help. */
export function supportFacts({ files }: Hal, kept: Pick<Settings, 'values'>): SupportFacts {
  return {
    config: () =>
      Object.entries(kept.values).map(([key, value]) => {
        const row = configRows.find((each) => each.key === key);
        const from = JSON.stringify(value) === JSON.stringify(row?.default) ? 'default' : 'set';
        const shown = row?.secret === true && value !== '' ? '(hidden)' : withoutPath(value);
        return { key, value: shown, from };
      }),
    machine: async () => ({
      platform: `${process.platform} ${process.arch} ${release()}`,
      node: process.version,
      processors: availableParallelism(),
      memory: {
        totalBytes: totalmem(),
        freeBytes: freemem(),
        residentBytes: process.memoryUsage.rss(),
      },
      disk: await files.space(kept.values['data.folder']).catch((error: unknown) => {
        if (isHalError(error)) return error.message;
        throw error;
      }),
    }),
  };
}

/** The address of a webhook is often as good as a password; whose it is may be known. */
function withoutPath(value: unknown): unknown {
  const url = typeof value === 'string' && value.includes('://') ? URL.parse(value) : null;
  if (url === null) return value;
  const isBare = url.username === '' && url.search === '' && /^\/?$/.test(url.pathname);
  return isBare ? value : `${url.protocol}//${url.host}/(hidden)`;
}
