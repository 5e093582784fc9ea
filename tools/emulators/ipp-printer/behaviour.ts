// What an emulated IPP printer can be told to do, and to do wrong.
import { z } from 'zod';

export const operationNames = [
  'Print-Job',
  'Create-Job',
  'Send-Document',
  'Cancel-Job',
  'Get-Job-Attributes',
  'Get-Jobs',
  'Get-Printer-Attributes',
] as const;

export type OperationName = (typeof operationNames)[number];

const operation = z.enum(operationNames);

/** Byte counts are of one document; they are looked at again with each part read. */
export const behaviourSchema = z.strictObject({
  /** Does not listen at all. */
  refuse: z.boolean().optional(),
  /** Stops reading a document after this many bytes, until it is told otherwise. */
  stallAtByte: z.int().min(0).optional(),
  /** Breaks the connection after this many bytes of a document. */
  resetAtByte: z.int().min(0).optional(),
  /** Closes the connection in order after this many bytes of a document, without an answer. */
  disconnectAtByte: z.int().min(0).optional(),
  /** Reads documents no faster than this. */
  bytesPerSecond: z.int().min(1).optional(),
  /** Answers a document with this status after so many bytes, and reads no more. */
  answerAtByte: z.strictObject({ byte: z.int().min(0), status: z.int() }).optional(),
  /** Answers this operation with this status. */
  refuseOperation: z
    .strictObject({ operation, status: z.int(), message: z.string().optional() })
    .optional(),
  /** Does what it is asked, and closes instead of answering. */
  dropAnswerTo: operation.optional(),
  /** Does not answer, until it is told otherwise. */
  silentTo: operation.optional(),
  /** printer-is-accepting-jobs. */
  accepting: z.boolean().optional(),
  /** 3 idle, 4 processing, 5 stopped. */
  printerState: z.int().optional(),
  printerReasons: z.array(z.string()).optional(),
  printerMessage: z.string().optional(),
  formats: z.array(z.string()).optional(),
  /** Only Print-Job takes documents. */
  noCreateJob: z.boolean().optional(),
  /** Knows nothing newer than this major version. */
  oldVersion: z.boolean().optional(),
  /** Whole jobs stay in processing, until it is told otherwise. */
  hold: z.boolean().optional(),
  /** How whole jobs end: 7 cancelled at the printer, 8 aborted, 9 completed. */
  jobEnd: z.int().optional(),
  jobReasons: z.array(z.string()).optional(),
  /** A job that lost its data goes on waiting for them, and is not aborted. */
  keepsBroken: z.boolean().optional(),
  /** Has forgotten all jobs. */
  forgetsJobs: z.boolean().optional(),
  /** Answers everything with this HTTP status. */
  httpStatus: z.int().optional(),
  /** Lets nobody in without `user:password`. */
  credentials: z.string().optional(),
  /** Answers with this instead of IPP; `endless` says it again and again. */
  garbage: z.string().optional(),
  endless: z.boolean().optional(),
});

export type Behaviour = z.output<typeof behaviourSchema>;
