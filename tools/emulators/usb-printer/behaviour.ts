// What an emulated USB printer can be told to do wrong.
import { z } from 'zod';

/** Byte counts are of one plugging, from its start. */
export const behaviourSchema = z.strictObject({
  /** Takes nothing more (NAK) after this many bytes. */
  holdAtByte: z.int().min(0).optional(),
  /** What GET_PORT_STATUS says: paper empty 0x20, selected 0x10, no error 0x08. */
  portStatus: z.int().min(0).max(255).optional(),
  /** Takes no more than this. */
  bytesPerSecond: z.int().min(1).optional(),
  /** Refuses one transfer after this many bytes. */
  stallAtByte: z.int().min(0).optional(),
  /** Is unplugged after this many bytes. */
  unplugAtByte: z.int().min(0).optional(),
  /** Resets itself after this many bytes: it is gone, and there again by itself. */
  resetAtByte: z.int().min(0).optional(),
  /** What GET_DEVICE_ID answers instead of its own id. */
  deviceId: z.enum(['garbage', 'endless']).optional(),
  /** Answers no request of its class. */
  deaf: z.boolean().optional(),
});

export type Behaviour = z.output<typeof behaviourSchema>;
