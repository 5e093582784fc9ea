// What the U-Boot of the emulated Arm machine remembers: its own defaults, but that the card comes
// first, as on boards, and that nobody is waited for at its console.
import { crc32 } from 'node:zlib';
import { mibBytes } from './contract.ts';

/** CONFIG_ENV_SIZE of its build for QEMU, and the flash bank that begins with it. */
const environmentBytes = 0x40000;
export const bankBytes = 64 * mibBytes;

const changes: Readonly<Record<string, string>> = { bootdelay: '0', boot_targets: 'virtio0' };
/** Would start USB, which takes seconds. */
const dropped = 'preboot';
const list = 'boot_targets=';

/** By the defaults that stand in the program. */
export function environmentOf(program: Buffer): Buffer {
  const variables = defaultsIn(program);
  for (const [name, value] of Object.entries(changes)) variables.set(name, value);
  variables.delete(dropped);
  const text = [...variables].map(([name, value]) => `${name}=${value}\0`).join('');
  const data = Buffer.alloc(environmentBytes - sumBytes);
  if (data.write(text, 'latin1') < text.length) throw new Error('U-Boot remembers less than that');
  const sum = Buffer.alloc(sumBytes);
  sum.writeUInt32LE(crc32(data));
  return Buffer.concat([sum, data]);
}

const sumBytes = 4;

/** They lie one behind the other, each ended by a zero byte. */
function defaultsIn(program: Buffer): Map<string, string> {
  const known = program.indexOf(`\0${list}`, 0, 'latin1');
  if (known === -1) throw new Error('this U-Boot has no list of what it boots from');
  const from = Math.max(0, known - environmentBytes);
  const around = program.toString('latin1', from, known + environmentBytes).split('\0');
  const isVariable = (text: string) => /^\w+=/.test(text);
  const at = around.findIndex((text) => text.startsWith(list));
  const first = around.slice(0, at).findLastIndex((text) => !isVariable(text)) + 1;
  const end = around.findIndex((text, place) => place > at && !isVariable(text));
  return new Map(
    around.slice(first, end === -1 ? undefined : end).map((text) => {
      const split = text.indexOf('=');
      return [text.slice(0, split), text.slice(split + 1)];
    }),
  );
}
