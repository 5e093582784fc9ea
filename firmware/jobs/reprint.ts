// Prints an ended job again: its documents go through intake as those of any client do, so that the
// new job stands by itself.
import type { Refusal } from '../errors/codes.ts';
import type { Accepted, Intake, JobRequest } from '../intake/contract.ts';
import type { DocumentReader } from '../spool/document-reader.ts';
import type { JobAnswer, ReprintRequest } from '../spooler/contract.ts';
import type { Job, JobDocument } from './job.ts';

export interface ReprintParts {
  readonly intake: Intake;
  readonly openDocument: (job: Job, number: number) => Promise<DocumentReader>;
  readonly chunkBytes: number;
}

export async function reprintJob(
  parts: ReprintParts,
  job: Job,
  request: ReprintRequest,
): Promise<JobAnswer> {
  const [first, ...others] = job.documents;
  if (first === undefined) throw new Error(`job ${job.number} is retained without a document`);
  const asked = newRequest(job, request);
  if (others.length === 0) {
    const document = { ...documentRequest(first), sizeBytes: first.sizeBytes };
    return answerOf(await parts.intake.accept(bytesOf(parts, job, first), { ...asked, document }));
  }
  const created = await parts.intake.create(asked);
  if (created.kind === 'refused') return created;
  return await addAll(parts, job, created);
}

async function addAll(parts: ReprintParts, job: Job, created: Accepted): Promise<JobAnswer> {
  let answer: Accepted | Refusal = created;
  for (const document of job.documents) {
    answer = await parts.intake.add(created.job.id, bytesOf(parts, job, document), {
      document: { ...documentRequest(document), sizeBytes: document.sizeBytes },
      last: document.number === job.documents.length,
    });
    if (answer.kind === 'refused') return answer;
  }
  return answerOf(answer);
}

function newRequest(job: Job, request: ReprintRequest): JobRequest {
  return {
    printerId: request.printerId ?? job.printerId,
    name: request.name ?? job.name,
    origin: job.origin,
    priority: request.priority ?? job.priority,
    copies: request.copies ?? job.copies,
    attributes: job.attributes,
    reprintOf: job.id,
    ...(request.hold === undefined ? {} : { hold: request.hold }),
  };
}

function documentRequest({ name, format }: JobDocument) {
  return { name, format };
}

async function* bytesOf(
  { openDocument, chunkBytes }: ReprintParts,
  job: Job,
  document: JobDocument,
): AsyncGenerator<Uint8Array> {
  const reader = await openDocument(job, document.number);
  try {
    for (let at = 0; at < reader.sizeBytes; ) {
      const bytes = await reader.read(at, chunkBytes);
      at += bytes.length;
      yield bytes;
    }
  } finally {
    await reader.close();
  }
}

function answerOf(answer: Accepted | Refusal): JobAnswer {
  return answer.kind === 'refused' ? answer : { kind: 'done', job: answer.job };
}
