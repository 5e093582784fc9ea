// Tells a web server what needs a person: one POST a notice, signed, tried again while it fails,
// bounded in number and time.
//
// The body is JSON: the notice, with `id`, `nodeId` and `hostName`. `platen-signature` is
// `t=SECONDS,v1=HEX`, the HMAC-SHA-256 under webhook.secret of `SECONDS.BODY`: a receiver checks
// it, and that the time is near. A notice may come twice; its id is the same.
import { createHmac } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Clock, Random } from '../../hal/contract.ts';
import { sleep, startDeadline } from '../../hal/time.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';
import type { Log } from '../log/log.ts';
import type { Notice } from './needs.ts';
import { openOutgoing, type Outgoing, outgoingOf } from './outgoing.ts';

export interface WebhookOptions {
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly url: string;
  readonly pin: string;
  /** '': not signed. */
  readonly secret: string;
  readonly nodeId: string;
  readonly hostName: () => string;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

export interface Webhook {
  tell(notice: Notice): void;
  stop(): Promise<void>;
}

const protocols = {
  'https:': { port: 443, tls: true },
  'http:': { port: 80, tls: false },
} as const;

export function createWebhook(options: WebhookOptions): Webhook {
  const { clock, log } = options;
  const target = outgoingOf(options.url, options.pin, protocols);
  const stopping = new AbortController();
  const waiting: { readonly id: string; readonly body: string }[] = [];
  let work: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await deliver(options, target, next.body, stopping.signal);
      waiting.shift();
    }
  };

  return {
    tell(notice) {
      const id = options.random.uuid();
      const { nodeId } = options;
      const body = JSON.stringify({ id, nodeId, hostName: options.hostName(), ...notice });
      waiting.push({ id, body });
      // The first is on its way: the one behind it is the oldest that waits.
      if (waiting.length > limits.webhookWaiting) {
        waiting.splice(1, 1);
        log.warn('the webhook takes nothing: its oldest notice was dropped');
      }
      work ??= run()
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) throw error;
        })
        .finally(() => {
          work = undefined;
        });
    },
    async stop() {
      stopping.abort();
      await work;
    },
  };

  async function deliver(
    given: WebhookOptions,
    to: Outgoing,
    body: string,
    signal: AbortSignal,
  ): Promise<void> {
    let backoffMs: number = limits.retryFirstMs;
    for (let attempt = 1; attempt <= limits.webhookAttempts; attempt += 1) {
      const problem = await post(given, to, body, signal);
      signal.throwIfAborted();
      if (problem === undefined) return;
      log.warn('the webhook was not told', { attempt, problem });
      await sleep(clock, backoffMs, signal);
      backoffMs = Math.min(backoffMs * 2, limits.retryLastMs);
    }
    log.warn('the webhook was given up for one notice', { attempts: limits.webhookAttempts });
  }
}

/** Why it was not taken; undefined where it was: any answer of success. */
async function post(
  { clock, url, secret }: WebhookOptions,
  target: Outgoing,
  body: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  using deadline = startDeadline(clock, limits.webhookAnswerMs, signal);
  try {
    const socket = await openOutgoing(target, { clock, signal: deadline.signal });
    const seconds = Math.floor(clock.wall().ms / 1_000);
    const mark = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    const { host, pathname, search } = new URL(url);
    const asking = request({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: {
        host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Platen',
        connection: 'close',
        ...(secret === '' ? {} : { 'platen-signature': `t=${seconds},v1=${mark}` }),
      },
      createConnection: () => socket,
      signal: deadline.signal,
    });
    const status = await new Promise<number>((resolve, reject) => {
      asking.once('response', (answer) => {
        void drained(answer).then(() => resolve(answer.statusCode ?? 0), reject);
      });
      asking.once('error', reject);
      asking.end(body);
    });
    socket.destroy();
    return status >= 200 && status < 300 ? undefined : `it answered ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whatever it says is read and dropped, up to a bound. */
async function drained(answer: IncomingMessage): Promise<void> {
  let sizeBytes = 0;
  for await (const chunk of answer) {
    sizeBytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (sizeBytes > limits.webhookAnswerBytes) throw new Error('its answer is too long');
  }
}
