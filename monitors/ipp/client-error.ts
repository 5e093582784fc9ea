// What can go wrong between an IPP printer and us, beside the network itself.

/** Each code, and whether the next attempt may go better without anybody changing something. */
export const ippClientFaults = {
  /** HTTP 401, 403, or IPP's own of the kind. */
  credentials: { transient: false },
  /** Another certificate than the one that was pinned. */
  'certificate-changed': { transient: false },
  /** A password is there, and no TLS to keep it. */
  'needs-tls': { transient: false },
  /** TLS does not come about. */
  tls: { transient: true },
  /** Another HTTP status than 200. */
  http: { transient: true },
  /** No IPP, or none that can be read. */
  'not-ipp': { transient: true },
} as const;

export type IppClientFault = keyof typeof ippClientFaults;

export class IppClientError extends Error {
  override readonly name = 'IppClientError';
  readonly code: IppClientFault;

  constructor(code: IppClientFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get transient(): boolean {
    return ippClientFaults[this.code].transient;
  }
}
