// The questions about a job at an IPP printer (RFC 8011 4.3).
import { ippStatus, ippStatusName, isIppSuccess } from '../wire/ipp/status.ts';
import { attribute, keyword } from '../wire/ipp/values.ts';
import { IppClientError } from './client-error.ts';
import type { IppClient } from './client.ts';
import { type JobFacts, jobFactNames, readJobFacts } from './job-facts.ts';
import { refusalText } from './refusal-text.ts';

/** `unknown`: the printer has forgotten it, or never had it. */
export async function askJob(
  client: IppClient,
  userName: string,
  jobId: number,
  signal: AbortSignal,
): Promise<JobFacts | 'unknown'> {
  const [firstName = 'all', ...others] = jobFactNames;
  const names = attribute(
    'requested-attributes',
    keyword(firstName),
    ...others.map((each) => keyword(each)),
  );
  const question = { operation: 'Get-Job-Attributes', userName, jobId } as const;
  const answer = await client.ask({ ...question, attributes: [names] }, signal);
  if (isIppSuccess(answer.code)) return readJobFacts(answer);
  const status = ippStatusName(answer.code);
  if (status === 'client-error-not-found' || status === 'client-error-gone') return 'unknown';
  throw new IppClientError('http', refusalText(answer));
}

/** Resolves once the printer has answered, whatever it said: an ended job can't be cancelled. */
export async function cancelJob(
  client: IppClient,
  userName: string,
  jobId: number,
  signal: AbortSignal,
): Promise<'cancelled' | 'refused'> {
  const answer = await client.ask({ operation: 'Cancel-Job', userName, jobId }, signal);
  return answer.code <= ippStatus['successful-ok-conflicting-attributes'] ? 'cancelled' : 'refused';
}
