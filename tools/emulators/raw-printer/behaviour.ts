// What an emulated raw printer can be told to do wrong.
import { z } from 'zod';

/**
 * Byte counts are of one session, from its start, unless they say otherwise; they are looked at
 * again with each part read.
 */
export const behaviourSchema = z.strictObject({
  /** Does not listen at all. */
  refuse: z.boolean().optional(),
  /** Stops reading after this many bytes, until it is told otherwise. */
  stallAtByte: z.int().min(0).optional(),
  /**
   * Has paper for so many bytes of all sessions from now on. Without paper it takes connections and
   * reads nothing, as a printer does whose buffer is full, until it is told otherwise.
   */
  paperForBytes: z.int().min(0).optional(),
  /** Reads no faster than this. */
  bytesPerSecond: z.int().min(1).optional(),
  /** Breaks the connection after this many bytes. */
  resetAtByte: z.int().min(0).optional(),
  /** Closes the connection in order after this many bytes. */
  disconnectAtByte: z.int().min(0).optional(),
  /** Resets a second connection while one is open. */
  oneSession: z.boolean().optional(),
  /** Does not answer the sender's FIN. */
  neverClose: z.boolean().optional(),
  /** Answers the sender's FIN with a reset. */
  resetAtEnd: z.boolean().optional(),
  /** Said on the back-channel as soon as a session begins … */
  answer: z.string().optional(),
  /** … so many times. */
  answerCount: z.int().min(1).optional(),
});

export type Behaviour = z.output<typeof behaviourSchema>;

/** The byte at which a session does something, whichever comes first. */
export function nextEvent(
  behaviour: Behaviour,
  paperOutAtByte: number | undefined,
): { readonly at: number; readonly act: 'stall' | 'reset' | 'disconnect' } | undefined {
  const events = [
    { at: behaviour.resetAtByte, act: 'reset' as const },
    { at: behaviour.disconnectAtByte, act: 'disconnect' as const },
    { at: behaviour.stallAtByte, act: 'stall' as const },
    { at: paperOutAtByte, act: 'stall' as const },
  ];
  return events
    .flatMap(({ at, act }) => (at === undefined ? [] : [{ at, act }]))
    .toSorted((a, b) => a.at - b.at)[0];
}
