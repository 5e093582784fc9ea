// Problem details (RFC 9457), made from the one table of error codes.
import type { z } from 'zod';
import { errorCodes, type ErrorCode, type Refusal, RefusedError } from '../errors/codes.ts';
import { suggestionFor } from './suggest.ts';
import type { ProblemView } from './types.ts';

/** One wrong value of a request: where, and what is wrong with it. */
export interface ValueProblem {
  readonly path: string;
  readonly message: string;
}

/** A request whose values do not fit the row's schemas. */
export class InvalidRequestError extends Error {
  readonly errors: readonly ValueProblem[];

  /** `schema` and `value` tell what a mistyped word was probably meant to be. */
  constructor(part: string, error: z.ZodError, schema: z.ZodType, value: unknown) {
    const errors = error.issues.map((issue) => ({
      path: [part, ...issue.path].map(String).join('.'),
      message: `${issue.message}${suggestionFor(issue, schema, value)}`,
    }));
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.name = 'InvalidRequestError';
    this.errors = errors;
  }
}

export function problemOf(
  { code, message }: Pick<Refusal, 'code' | 'message'>,
  instance: string,
  errors?: readonly ValueProblem[],
): ProblemView {
  const row = errorCodes[code];
  return {
    type: `urn:platen:problem:${code}`,
    title: row.title,
    status: row.http,
    detail: message,
    code,
    next: row.next,
    instance,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** What a thrown error tells a client; `fault` says that it is ours and belongs into the log. */
export function problemOfError(
  error: unknown,
  instance: string,
): { readonly problem: ProblemView; readonly fault: boolean } {
  if (error instanceof RefusedError) {
    return { problem: problemOf(error.refusal, instance), fault: false };
  }
  if (error instanceof InvalidRequestError) {
    const refusal = { code: 'bad-request', message: error.message } as const;
    return { problem: problemOf(refusal, instance, error.errors), fault: false };
  }
  const code = codeOf(error);
  const message =
    code !== 'internal' && error instanceof Error
      ? error.message
      : 'An error that was not foreseen; the log has the details.';
  return { problem: problemOf({ code, message }, instance), fault: true };
}

/** A refusal of the HTTP server itself, which knows a status and a sentence. */
export function problemOfStatus(status: number, detail: string): ProblemView {
  const code = Object.keys(errorCodes)
    .filter(isErrorCode)
    .find((candidate) => {
      return errorCodes[candidate].http === status && httpCodes.includes(candidate);
    });
  return { ...problemOf({ code: code ?? 'bad-request', message: detail }, ''), status };
}

/** Codes that say no more than an HTTP status does. */
const httpCodes: readonly ErrorCode[] = [
  'bad-request',
  'not-found',
  'method-not-allowed',
  'too-large',
  'busy',
  'internal',
];

function codeOf(error: unknown): ErrorCode {
  if (!(error instanceof Error) || !('code' in error)) return 'internal';
  const { code } = error;
  return typeof code === 'string' && isErrorCode(code) ? code : 'internal';
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
