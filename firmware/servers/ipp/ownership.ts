// Whether a client may change a job: what the spooler grants, less the jobs of other nobodies.
import type { Job } from '../../jobs/job.ts';
import { needJobRight } from '../../spooler/rights.ts';
import { refused } from '../../errors/codes.ts';
import { anonymousUser } from '../user.ts';
import type { Principal } from '../../api/principal.ts';
import { faultOf } from './fault.ts';

/** Whether it is the client's own job, by the rules of `checkOwner`. */
export function isOwner(by: Principal, job: Job): boolean {
  if (by.kind !== 'print-client' || needJobRight(by, job, '') !== undefined) return false;
  return job.origin.userName !== anonymousUser || job.origin.address === by.address;
}

/**
 * Throws where it may not. A client owns the jobs of its user name, which without a log-in it only
 * claims; jobs of nobody in particular belong to the address that they came from. A client on the
 * box itself has no more rights than another: whoever looks after the printers has the API.
 */
export function checkOwner(by: Principal, job: Job, what: string): void {
  const refusal = needJobRight(by, job, what);
  if (refusal !== undefined) throw faultOf(refusal);
  if (by.kind !== 'print-client') return;
  if (job.origin.userName === anonymousUser && job.origin.address !== by.address) {
    throw faultOf(refused('forbidden', `${what} is for the address that the job came from`));
  }
}
