// Who a job made through the API comes from.
import type { JobOrigin } from '../../jobs/job.ts';
import { type Principal, principalName } from '../principal.ts';

/** `address`: where the client is; '' on the Unix socket. */
export function originOf(principal: Principal, address: string): JobOrigin {
  return {
    door: 'api',
    userName: principalName(principal),
    address: address === '' ? 'socket' : address,
    authenticated: true,
  };
}
