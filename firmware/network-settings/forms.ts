// The forms of values in network settings; none of them can carry a line or a section into a file.
import { isIP } from 'node:net';
import { z } from 'zod';

const prefixBits = { 4: 32, 6: 128 } as const;

/** RFC 1123 2.1, one label: it becomes NAME.local. */
export const hostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, 'is no host name: letters, digits and dashes');

export const interfaceName = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9]{1,14})$/i, 'is no name of an interface: end0, enp1s0, or * for all');

export const timeZone = z
  .string()
  .regex(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){0,2}$/, 'is no time zone: Europe/Lisbon')
  .max(64)
  .refine(isKnownZone, 'is not in the list of time zones');

export const ipAddress = z
  .string()
  .refine((text) => isIP(text) !== 0 && !text.includes('%'), 'is no IP address');

/** A name or an address. */
export const serverName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$/i, 'is no name of a server, and no address');

/** `192.0.2.7/24`, `2001:db8::7/64`. */
export const addressWithPrefix = (family: 4 | 6) =>
  z.string().refine(
    (text) => {
      const [address = '', bits = '', ...more] = text.split('/');
      const isRight = /^\d{1,3}$/.test(bits) && Number(bits) <= prefixBits[family];
      return more.length === 0 && isIP(address) === family && !address.includes('%') && isRight;
    },
    `is no IPv${family} address with a prefix: ${family === 4 ? '192.0.2.7/24' : '2001:db8::7/64'}`,
  );

function isKnownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
