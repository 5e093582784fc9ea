// What an emulated LPD printer can be told to do wrong.
import { z } from 'zod';

/** The moments at which the printer answers with an octet. */
export const answerMoments = [
  'receive-job',
  'control-file',
  'control-file-end',
  'data-file',
  'data-file-end',
] as const;

export type AnswerMoment = (typeof answerMoments)[number];

/** Byte counts are of the data file; they are looked at again with each part read. */
export const behaviourSchema = z.strictObject({
  /** Does not listen at all. */
  refuse: z.boolean().optional(),
  /** The queues it has; any name will do without this. */
  queues: z.array(z.string()).optional(),
  /** Says no at this moment … */
  refuseAt: z.enum(answerMoments).optional(),
  /** … with this octet … */
  refuseCode: z.int().min(1).max(255).optional(),
  /** … and these words behind it. */
  refuseText: z.string().optional(),
  /** Says nothing at this moment, until it is told otherwise. */
  silentAt: z.enum(answerMoments).optional(),
  /** Closes instead of answering at this moment. */
  closeAt: z.enum(answerMoments).optional(),
  /** Stops reading data after this many bytes, until it is told otherwise. */
  stallAtByte: z.int().min(0).optional(),
  /** Breaks the connection after this many bytes. */
  resetAtByte: z.int().min(0).optional(),
  /** Closes the connection in order after this many bytes, without a word. */
  disconnectAtByte: z.int().min(0).optional(),
  /** Says no in the middle of the data, and closes. */
  refuseAtByte: z.int().min(0).optional(),
  /** Reads data no faster than this. */
  bytesPerSecond: z.int().min(1).optional(),
  /** Reads to the sender's FIN, whatever count was announced, and acknowledges nothing. */
  untilClose: z.boolean().optional(),
  /** Does not answer the sender's FIN, until it is told otherwise. */
  neverClose: z.boolean().optional(),
  /** The answer to questions about the queue; the first part of them where it is garbage. */
  queueState: z.string().optional(),
});

export type Behaviour = z.output<typeof behaviourSchema>;
