// The errors of the machine, translated once: every errno becomes a HalError with a stable code.

/** Each code with the errno values that become it, and what a person should read. */
export const halErrors = {
  aborted: { errnos: ['ABORT_ERR'], text: 'was given up' },
  'timed-out': { errnos: ['ETIMEDOUT'], text: 'did not answer in time' },
  'connection-refused': { errnos: ['ECONNREFUSED'], text: 'refused the connection' },
  'connection-reset': {
    errnos: ['ECONNRESET', 'EPIPE'],
    text: 'broke the connection',
  },
  /** SOCK_DESTROY: by a supervisor that fences, never by the other end. */
  'cut-off': { errnos: ['ECONNABORTED'], text: 'was cut off by this appliance' },
  'host-unreachable': {
    errnos: ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'],
    text: 'cannot be reached',
  },
  'name-not-found': {
    errnos: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME'],
    text: 'is a name nobody knows',
  },
  'address-refused': { errnos: [], text: 'is an address that may not be used here' },
  'address-in-use': { errnos: ['EADDRINUSE'], text: 'is in use by another program' },
  'address-not-available': { errnos: ['EADDRNOTAVAIL'], text: 'is no address of this machine' },
  'not-found': { errnos: ['ENOENT', 'ENOTDIR'], text: 'does not exist' },
  exists: { errnos: ['EEXIST', 'ENOTEMPTY'], text: 'exists already' },
  'permission-denied': { errnos: ['EACCES', 'EPERM', 'ELOOP'], text: 'is not permitted' },
  'no-space': { errnos: ['ENOSPC', 'EDQUOT', 'EFBIG'], text: 'has no space left' },
  'read-only': { errnos: ['EROFS'], text: 'is read-only' },
  'no-descriptors': { errnos: ['EMFILE', 'ENFILE'], text: 'has no descriptors left' },
  'device-gone': { errnos: ['ENODEV', 'ENXIO'], text: 'is gone' },
  stalled: { errnos: [], text: 'refused a transfer' },
  'io-error': { errnos: ['EIO'], text: 'could not be read or written' },
  damaged: { errnos: ['EUCLEAN', 'EBADMSG'], text: 'is damaged' },
  busy: { errnos: ['EBUSY', 'ETXTBSY'], text: 'is busy' },
  'too-large': { errnos: [], text: 'is larger than allowed' },
  closed: { errnos: ['EBADF', 'ERR_STREAM_DESTROYED'], text: 'is closed' },
  other: { errnos: [], text: 'failed' },
} as const satisfies Record<string, { readonly errnos: readonly string[]; readonly text: string }>;

export type HalErrorCode = keyof typeof halErrors;

/** A fault of the machine: what failed (`subject`: a path, an address), and a stable code. */
export class HalError extends Error {
  readonly code: HalErrorCode;
  readonly subject: string;
  /** The system's own name of the error, where there is one: EIO, ECONNRESET … */
  readonly errno: string | undefined;

  constructor(code: HalErrorCode, subject: string, options?: { cause?: unknown; detail?: string }) {
    const errno = errnoOf(options?.cause);
    const detail = options?.detail ?? errno;
    super(`${subject} ${halErrors[code].text}${detail === undefined ? '' : ` (${detail})`}`, {
      cause: options?.cause,
    });
    this.name = 'HalError';
    this.code = code;
    this.subject = subject;
    this.errno = errno;
  }
}

export function isHalError(error: unknown, ...codes: readonly HalErrorCode[]): error is HalError {
  return error instanceof HalError && (codes.length === 0 || codes.includes(error.code));
}

/** Translates whatever Node threw; a HalError passes unchanged. */
export function toHalError(error: unknown, subject: string): HalError {
  if (error instanceof HalError) return error;
  const errno = errnoOf(error);
  return new HalError(codeOfErrno.get(errno ?? '') ?? 'other', subject, {
    cause: error,
    ...(errno === undefined && error instanceof Error ? { detail: error.message } : {}),
  });
}

const codeOfErrno: ReadonlyMap<string, HalErrorCode> = new Map(
  Object.keys(halErrors)
    .filter(isHalErrorCode)
    .flatMap((code) => halErrors[code].errnos.map((errno) => [errno, code] as const)),
);

function isHalErrorCode(text: string): text is HalErrorCode {
  return Object.hasOwn(halErrors, text);
}

function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
