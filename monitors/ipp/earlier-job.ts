// The job that an earlier attempt made at the printer, here or on the group's other appliance:
// found by its name, which a group's jobs have to themselves.
import type { DocInfo } from '../contract.ts';
import type { IppMessage } from '../wire/ipp/message.ts';
import { isIppSuccess } from '../wire/ipp/status.ts';
import {
  attribute,
  clipToOctets,
  first,
  integer,
  keyword,
  payloadOf,
  wordingOf,
} from '../wire/ipp/values.ts';
import type { IppClient } from './client.ts';
import { type JobFacts, jobFactNames, readJobFacts } from './job-facts.ts';
import { ippMonitorLimits as limits } from './limits.ts';

/** RFC 8011 4.2.6.1: which-jobs. */
const lists = ['not-completed', 'completed'] as const;

/**
 * What the printer is told the job's name is. The owner of a group may die before anybody knows the
 * printer's number of the job: its successor has nothing but the name.
 */
export function nameAtPrinter(doc: DocInfo, isGroups: boolean): string {
  if (!isGroups) return clipToOctets(doc.documentName, limits.nameOctets);
  const mark = ` (${doc.jobId}-${doc.jobUuid.slice(-limits.markCharacters)})`;
  return clipToOctets(doc.documentName, limits.nameOctets - mark.length) + mark;
}

export interface EarlierJob extends JobFacts {
  readonly name: string;
  /** RFC 8011 5.3.17.1: rounded up; undefined where the printer does not say. */
  readonly sizeKib: number | undefined;
}

/** The newest one; undefined where the printer knows of none, or does not say. */
export async function findEarlierJob(
  client: IppClient,
  doc: DocInfo,
  signal: AbortSignal,
): Promise<EarlierJob | undefined> {
  const wanted = nameAtPrinter(doc, true);
  const names = attribute(
    'requested-attributes',
    keyword('job-name'),
    keyword('job-k-octets'),
    ...jobFactNames.map((each) => keyword(each)),
  );
  for (const list of lists) {
    const attributes = [
      attribute('limit', integer(limits.listedJobs)),
      names,
      attribute('which-jobs', keyword(list)),
    ];
    const question = { operation: 'Get-Jobs', userName: doc.userName, attributes } as const;
    const answer = await client.ask(question, signal);
    if (!isIppSuccess(answer.code)) continue;
    const found = jobsIn(answer)
      .filter(({ name }) => name === wanted)
      .toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
    const newest = found.at(-1);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/** It completed all of the document, as far as it tells: a connection that broke cuts it short. */
export function isPrintedWhole(job: EarlierJob, { sizeBytes = 0 }: DocInfo): boolean {
  if (job.state !== 'completed') return false;
  const isShort = job.sizeKib !== undefined && job.sizeKib * 1024 < sizeBytes;
  return !isShort && !job.reasons.includes('job-completed-with-errors');
}

/** Each job is a group of its own (RFC 8011 4.2.6.2). */
function jobsIn(answer: IppMessage): readonly EarlierJob[] {
  return answer.groups
    .filter(({ tag }) => tag === 'job-attributes')
    .map((group) => {
      const single = { ...answer, groups: [group] };
      const one = (name: string) => first(single, 'job-attributes', name);
      return {
        ...readJobFacts(single),
        name: wordingOf(one('job-name')) ?? '',
        sizeKib: payloadOf(one('job-k-octets'), 'integer'),
      };
    });
}
