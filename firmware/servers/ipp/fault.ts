// An IPP request that ends in an error status, on its way to the answer.
import type { IppAttribute } from '../../../monitors/wire/ipp/message.ts';
import { ippStatus, type IppStatusName } from '../../../monitors/wire/ipp/status.ts';
import { errorCodes, type Refusal } from '../../errors/codes.ts';

/**
 * Thrown by checks of the protocol itself; refusals of other rooms become one by the table of error
 * codes.
 */
export class IppFault extends Error {
  override readonly name = 'IppFault';
  readonly status: IppStatusName;
  /** For the unsupported-attributes group. */
  readonly unsupported: readonly IppAttribute[];

  constructor(status: IppStatusName, message: string, unsupported: readonly IppAttribute[] = []) {
    super(message);
    this.status = status;
    this.unsupported = unsupported;
  }
}

export function badRequest(message: string): IppFault {
  return new IppFault('client-error-bad-request', message);
}

/** What clients are told of a refusal: the code's status and words. */
export function faultOf(refusal: Refusal): IppFault {
  const row = errorCodes[refusal.code];
  return new IppFault(row.ipp satisfies keyof typeof ippStatus, refusal.message);
}
