// IPP requests to one printer: encoded, sent, and the answers read within their limits.
import type { IncomingMessage } from 'node:http';
import { HalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { MonitorInit } from '../contract.ts';
import { encodeIppMessage } from '../wire/ipp/encode.ts';
import { IppDecodeError } from '../wire/ipp/errors.ts';
import { ippResponseLimits } from '../wire/ipp/limits.ts';
import type { IppAttribute, IppGroup, IppMessage, IppVersion } from '../wire/ipp/message.ts';
import { type IppOperationName, ippOperations } from '../wire/ipp/operations.ts';
import { readIppMessage } from '../wire/ipp/read.ts';
import { ippStatus } from '../wire/ipp/status.ts';
import {
  attribute,
  charset,
  clipToOctets,
  group,
  name,
  naturalLanguage,
  uri,
} from '../wire/ipp/values.ts';
import { IppClientError } from './client-error.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import type { IppTarget } from './target.ts';

export interface IppClientOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices'>;
  readonly target: IppTarget;
  readonly userName: string;
  readonly password: string;
  readonly connectTimeoutMs: number;
  readonly checkCertificate: (sha256: string) => Promise<void>;
}

export interface IppQuestion {
  readonly operation: IppOperationName;
  /** Who asks, as the printer shows it. */
  readonly userName: string;
  /** Behind charset, language and printer-uri. */
  readonly jobId?: number;
  readonly attributes?: readonly IppAttribute[];
  readonly groups?: readonly IppGroup[];
}

/** A request whose document is being sent. */
export interface IppUpload {
  readonly localPort: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the answer begins, be it before the end of the document. */
  readonly answered: Promise<void>;
  /** The answer; ends the document. */
  finish(): Promise<IppMessage>;
  abort(): void;
}

/** Every method rejects with HalError or IppClientError. */
export interface IppClient {
  ask(question: IppQuestion, signal: AbortSignal): Promise<IppMessage>;
  upload(
    question: IppQuestion,
    sizeBytes: number | undefined,
    signal: AbortSignal,
  ): Promise<IppUpload>;
}

const versions = {
  newest: { major: 2, minor: 0 },
  /** What every printer speaks (RFC 8010 9). */
  oldest: { major: 1, minor: 1 },
} as const satisfies Record<string, IppVersion>;

export function createIppClient(options: IppClientOptions): IppClient {
  return new Client(options);
}

class Client implements IppClient {
  readonly #options: IppClientOptions;
  #version: IppVersion = versions.newest;
  #requestId = 0;

  constructor(options: IppClientOptions) {
    this.#options = options;
  }

  async ask(question: IppQuestion, signal: AbortSignal): Promise<IppMessage> {
    const answer = await this.#askOnce(question, signal);
    const isOld = answer.code === ippStatus['server-error-version-not-supported'];
    if (!isOld || this.#version === versions.oldest) return answer;
    this.#version = versions.oldest;
    return this.#askOnce(question, signal);
  }

  async upload(
    question: IppQuestion,
    sizeBytes: number | undefined,
    signal: AbortSignal,
  ): Promise<IppUpload> {
    const head = this.#encoded(question);
    const length = sizeBytes === undefined ? undefined : head.length + sizeBytes;
    const exchange = await this.#open(length, signal);
    try {
      await abortable(exchange.write(head), signal);
    } catch (error) {
      exchange.abort();
      throw error;
    }
    return {
      localPort: exchange.localPort,
      write: (bytes) => exchange.write(bytes),
      answered: answered(exchange),
      finish: async () => {
        exchange.end();
        const answer = await this.#read(await exchange.answer);
        exchange.close();
        return answer;
      },
      abort: () => exchange.abort(),
    };
  }

  async #askOnce(question: IppQuestion, signal: AbortSignal): Promise<IppMessage> {
    const { clock } = this.#options.init;
    const bytes = this.#encoded(question);
    const exchange = await this.#open(bytes.length, signal);
    using deadline = startDeadline(clock, limits.answerTimeoutMs, signal);
    try {
      await abortable(exchange.write(bytes), deadline.signal);
      exchange.end();
      const answer = await abortable(exchange.answer, deadline.signal);
      const message = await abortable(this.#read(answer), deadline.signal);
      exchange.close();
      return message;
    } catch (error) {
      exchange.abort();
      throw deadline.expired ? new HalError('timed-out', this.#options.target.uri) : error;
    }
  }

  #open(contentLength: number | undefined, signal: AbortSignal): Promise<Exchange> {
    const { init, target, userName, password, connectTimeoutMs, checkCertificate } = this.#options;
    if (password !== '' && !target.tls) {
      const message = 'a password is sent by TLS only: give the port an ipps:// address';
      return Promise.reject(new IppClientError('needs-tls', message));
    }
    const pair = Buffer.from(`${userName}:${password}`).toString('base64');
    return openExchange({
      ...init,
      target,
      connectTimeoutMs,
      contentLength,
      authorization: password === '' ? undefined : `Basic ${pair}`,
      checkCertificate,
      signal,
    });
  }

  #encoded({ operation, userName, jobId, attributes = [], groups = [] }: IppQuestion): Uint8Array {
    this.#requestId = (this.#requestId % 0x7fffffff) + 1;
    const user = clipToOctets(userName === '' ? 'nobody' : userName, limits.nameOctets);
    return encodeIppMessage({
      version: this.#version,
      code: ippOperations[operation],
      requestId: this.#requestId,
      groups: [
        group(
          'operation-attributes',
          attribute('attributes-charset', charset('utf-8')),
          attribute('attributes-natural-language', naturalLanguage('en')),
          attribute('printer-uri', uri(this.#options.target.uri)),
          ...(jobId === undefined ? [] : [jobIdAttribute(jobId)]),
          attribute('requesting-user-name', name(user)),
          ...attributes,
        ),
        ...groups,
      ],
    });
  }

  async #read(answer: IncomingMessage): Promise<IppMessage> {
    const status = answer.statusCode ?? 0;
    if (status !== 200) {
      answer.destroy();
      throw httpFault(status, this.#options.target.host);
    }
    try {
      const { message, rest } = await readIppMessage(answer, {
        limits: ippResponseLimits,
        badValues: 'keep',
      });
      await readOut(rest);
      return message;
    } catch (error) {
      answer.destroy();
      if (!(error instanceof IppDecodeError)) throw error;
      throw new IppClientError('not-ipp', error.message, { cause: error });
    }
  }
}

/** To the end of the answer, so that nothing of it stays where the next one is looked for. */
async function readOut(rest: AsyncIterable<Uint8Array>): Promise<void> {
  let sizeBytes = 0;
  for await (const part of rest) {
    sizeBytes += part.length;
    if (sizeBytes > limits.trailingOctets) return;
  }
}

/** Never settles without an answer: whoever writes on, or waits for it, is told why. */
async function answered(exchange: Exchange): Promise<void> {
  try {
    await exchange.answer;
  } catch {
    await new Promise<never>(() => {});
  }
}

function jobIdAttribute(value: number): IppAttribute {
  return { name: 'job-id', values: [{ syntax: 'integer', value }] };
}

function httpFault(status: number, host: string): IppClientError {
  if (status === 401 || status === 403) {
    const message = `${host} does not let us in (HTTP ${status}): check user name and password`;
    return new IppClientError('credentials', message);
  }
  if (status === 426) {
    return new IppClientError('needs-tls', `${host} wants TLS: give the port an ipps:// address`);
  }
  return new IppClientError('http', `${host} answered with HTTP ${status}: is the path right?`);
}
