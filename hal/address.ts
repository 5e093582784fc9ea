// IP addresses as text and bytes: one canonical spelling for each, so that two spellings of one
// address compare equal.

/** An address as bytes: 4 or 16 of them; `zone` is what stands after `%` (RFC 4007 11). */
export interface IpAddress {
  readonly bytes: readonly number[];
  readonly zone: string | undefined;
}

/**
 * Reads what resolvers and kernels write, and IPv4 in every spelling that inet_aton(3) takes
 * (127.1, 0x7f.1, 2130706433, 0177.0.0.1). IPv4 inside IPv6 (mapped, RFC 4291 2.5.5.2, and the old
 * compatible form, 2.5.5.1) is unfolded to IPv4. Undefined: it is no address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const bracketed = /^\[(.*)\]$/.exec(text);
  const bare = bracketed?.[1] ?? text;
  const v4 = parseIpv4(bare);
  if (v4 !== undefined) return { bytes: v4, zone: undefined };
  const percent = bare.indexOf('%');
  const bytes = parseIpv6(percent === -1 ? bare : bare.slice(0, percent));
  if (bytes === undefined) return undefined;
  const zone = percent === -1 ? undefined : bare.slice(percent + 1);
  if (zone === '') return undefined;
  const unfolded = unfold(bytes);
  return unfolded === undefined ? { bytes, zone } : { bytes: unfolded, zone: undefined };
}

/** The canonical text (RFC 5952), with its zone where it has one. */
export function formatIpAddress(address: IpAddress): string {
  if (address.bytes.length === ipv4Length) return address.bytes.join('.');
  const groups = groupsOf(address.bytes);
  const run = longestZeroRun(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  const text =
    run.length < 2
      ? hex(0, groups.length)
      : `${hex(0, run.start)}::${hex(run.start + run.length, groups.length)}`;
  return address.zone === undefined ? text : `${text}%${address.zone}`;
}

/** The canonical spelling of an address; what is no address comes back unchanged. */
export function canonicalAddress(text: string): string {
  const address = parseIpAddress(text);
  return address === undefined ? text : formatIpAddress(address);
}

/** True where both are the same host address; zones are not compared. */
export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at]);
}

/** 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
export function isLoopback(address: IpAddress): boolean {
  if (address.bytes.length === ipv4Length) return address.bytes[0] === 127;
  return address.bytes.every((byte, at) => byte === (at === ipv6Length - 1 ? 1 : 0));
}

/** 0.0.0.0/8 and :: — "this host"; the kernel connects them to itself. */
export function isUnspecified(address: IpAddress): boolean {
  if (address.bytes.length === ipv4Length) return address.bytes[0] === 0;
  return address.bytes.every((byte) => byte === 0);
}

const ipv4Length = 4;
const ipv6Length = 16;
const ipv6Groups = 8;

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length > ipv4Length) return undefined;
  const numbers = parts.map(parseAtonNumber);
  const last = numbers.pop();
  if (last === undefined || numbers.some((part) => part === undefined || part > 255))
    return undefined;
  const leading = numbers.filter((part) => part !== undefined);
  const restLength = ipv4Length - leading.length;
  if (last >= 256 ** restLength) return undefined;
  const rest = Array.from(
    { length: restLength },
    (_, at) => Math.floor(last / 256 ** (restLength - 1 - at)) % 256,
  );
  return [...leading, ...rest];
}

function parseAtonNumber(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]{1,11}$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9][0-9]{0,9})$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const headBytes = groupBytes(head ?? [], tail === undefined);
  const tailBytes = groupBytes(tail ?? [], true);
  if (headBytes === undefined || tailBytes === undefined) return undefined;
  const missing = ipv6Length - headBytes.length - tailBytes.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...headBytes, ...Array.from({ length: missing }, () => 0), ...tailBytes];
}

function groupBytes(groups: readonly string[], endsAddress: boolean): number[] | undefined {
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    if (endsAddress && at === groups.length - 1 && group.includes('.')) {
      const v4 = parseIpv4(group);
      if (v4 === undefined || group.split('.').length !== ipv4Length) return undefined;
      bytes.push(...v4);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes.length > ipv6Length ? undefined : bytes;
}

function unfold(bytes: readonly number[]): readonly number[] | undefined {
  const v4 = bytes.slice(ipv6Length - ipv4Length);
  if (bytes.slice(0, 10).some((byte) => byte !== 0)) return undefined;
  if (bytes[10] === 0xff && bytes[11] === 0xff) return v4;
  // ::a.b.c.d, but not :: and ::1, which the form contains.
  const compatible = bytes[10] === 0 && bytes[11] === 0 && (v4[0] !== 0 || v4[1] !== 0);
  return compatible ? v4 : undefined;
}

function groupsOf(bytes: readonly number[]): readonly number[] {
  return Array.from(
    { length: ipv6Groups },
    (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0),
  );
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, group] of groups.entries()) {
    if (group !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}
