// The Windows status codes that monitors answer with, by name, each with its number and what it
// means here.

/** Win32 error codes [MS-ERREF 2.2]. */
export const win32Statuses = {
  ERROR_SUCCESS: { number: 0, text: 'done' },
  ERROR_FILE_NOT_FOUND: { number: 2, text: 'there is no such key or value' },
  ERROR_ACCESS_DENIED: { number: 5, text: 'the right for this is missing' },
  ERROR_INVALID_HANDLE: { number: 6, text: 'the handle was closed' },
  ERROR_INVALID_DATA: {
    number: 13,
    text: 'the data does not have the form that the command needs',
  },
  ERROR_NOT_READY: { number: 21, text: 'the device is not ready' },
  ERROR_NOT_SUPPORTED: { number: 50, text: 'this monitor does not offer that' },
  ERROR_INVALID_PARAMETER: { number: 87, text: 'the command or one of its values is unknown' },
  ERROR_INSUFFICIENT_BUFFER: { number: 122, text: 'the buffer is too small for the answer' },
  ERROR_INVALID_NAME: { number: 123, text: 'the name is not one that a port can have' },
  ERROR_INVALID_LEVEL: { number: 124, text: 'the version of the data is unknown' },
  ERROR_BUSY: { number: 170, text: 'the port is in use' },
  ERROR_ALREADY_EXISTS: { number: 183, text: 'there is a port of this name already' },
  ERROR_UNKNOWN_PORT: { number: 1796, text: 'there is no port of this name' },
  ERROR_CANCELLED: { number: 1223, text: 'the call was given up' },
  ERROR_TIMEOUT: { number: 1460, text: 'the call took too long' },
  ERROR_GEN_FAILURE: { number: 31, text: 'the monitor failed' },
} as const satisfies Record<`ERROR_${string}`, { readonly number: number; readonly text: string }>;

export type Win32Status = keyof typeof win32Statuses;
