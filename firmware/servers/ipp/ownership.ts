// Whether a client may change a job: the one who sent it may, as far as IPP without a log-in can
// tell.
import type { Job } from '../../jobs/job.ts';
import { anonymousUser } from '../user.ts';
import type { PrintClient } from './call.ts';

/**
 * The same user name, which an unauthenticated client only claims. Jobs of nobody in particular
 * belong to the address that they came from. A client on the box itself has no more rights than
 * another: whoever looks after the printers has the API, which knows them.
 */
export function ownsJob(client: PrintClient, { origin }: Job): boolean {
  if (client.userName !== origin.userName) return false;
  if (origin.authenticated) return client.authenticated;
  return origin.userName !== anonymousUser || client.address === origin.address;
}
