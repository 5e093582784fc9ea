// Who a job made through the API comes from.
import type { JobOrigin } from '../../jobs/job.ts';
import { type Principal, principalName } from '../principal.ts';

export function originOf(principal: Principal): JobOrigin {
  return {
    door: 'api',
    userName: principalName(principal),
    address: principal.kind === 'print-client' ? principal.address : 'socket',
    authenticated: true,
  };
}
