/** Writes an IPP message as octets (RFC 8010 3.1): exactly those that the decoder read it from. */
import { IppEncodeError } from './errors.ts';
import type { IppAttribute, IppMessage, IppPlainValue, IppValue } from './message.ts';
import { asciiCodec } from './octets.ts';
import {
  collectionTags,
  endOfAttributesTag,
  firstValueTag,
  groupTags,
  lengthMax,
  valueRows,
  type IppPayloads,
  type IppPlainSyntax,
  type ValueRow,
} from './tags.ts';

/** Seen as one mapped type, so that a value meets the row of its own syntax. */
const rowsBySyntax: { readonly [S in IppPlainSyntax]: ValueRow<S, IppPayloads[S]> } = valueRows;

const collectionTagNumbers: readonly number[] = Object.values(collectionTags);
const noOctets = new Uint8Array(0);
const initialBytes = 1024;

/** The message up to and including its end-of-attributes-tag. Throws IppEncodeError. */
export function encodeIppMessage(message: IppMessage): Uint8Array {
  const writer = new OctetWriter();
  writeHeader(writer, message);
  for (const group of message.groups) {
    writer.octet(groupTags[group.tag]);
    for (const attribute of group.attributes) writeAttribute(writer, attribute);
  }
  writer.octet(endOfAttributesTag);
  return writer.written();
}

function writeHeader(writer: OctetWriter, { version, code, requestId }: IppMessage): void {
  const octetsFit = [version.major, version.minor].every((part) => isUnsigned(part, 0xff));
  if (!octetsFit || !isUnsigned(code, 0xffff) || requestId !== (requestId | 0)) {
    throw new IppEncodeError(
      `header ${version.major}.${version.minor}, code ${code}, request-id ${requestId}`,
    );
  }
  writer.octet(version.major);
  writer.octet(version.minor);
  writer.short(code);
  writer.short(requestId >>> 16);
  writer.short(requestId & 0xffff);
}

function isUnsigned(value: number, greatest: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= greatest;
}

/** The name stands before the first value; further values have an empty one (RFC 8010 3.1.5). */
function writeAttribute(writer: OctetWriter, attribute: IppAttribute): void {
  const { values } = attribute;
  if (values.length === 0) throw new IppEncodeError('no value', attribute.name);
  let name = nameOctets(attribute.name, attribute.name);
  for (const value of values) {
    writeValue(writer, name, value, attribute.name);
    name = noOctets;
  }
}

function nameOctets(name: string, path: string): Uint8Array {
  const octets = asciiCodec.encode(name);
  if (octets === undefined || octets.length === 0 || name.includes(' ')) {
    throw new IppEncodeError('a name that is empty or not visible US-ASCII', path);
  }
  return octets;
}

function writeValue(writer: OctetWriter, name: Uint8Array, value: IppValue, path: string): void {
  if (value.syntax === 'collection') {
    writeField(writer, collectionTags.begin, name, noOctets, path);
    for (const member of value.value) writeMember(writer, member, `${path}/${member.name}`);
    writeField(writer, collectionTags.end, noOctets, noOctets, path);
  } else if (value.syntax === 'opaque') {
    const { tag, octets } = value.value;
    const isValueTag = isUnsigned(tag, 0xff) && tag >= firstValueTag;
    if (!isValueTag || collectionTagNumbers.includes(tag)) {
      throw new IppEncodeError(`opaque value with tag ${tag}`, path);
    }
    writeField(writer, tag, name, octets, path);
  } else {
    writePlain<IppPlainSyntax>(writer, name, value, path);
  }
}

/** A member's name is a value of its own; the values that follow have none (RFC 8010 3.1.7). */
function writeMember(writer: OctetWriter, member: IppAttribute, path: string): void {
  if (member.values.length === 0) throw new IppEncodeError('no value', path);
  const name = nameOctets(member.name, path);
  writeField(writer, collectionTags.memberName, noOctets, name, path);
  for (const value of member.values) writeValue(writer, noOctets, value, path);
}

function writePlain<S extends IppPlainSyntax>(
  writer: OctetWriter,
  name: Uint8Array,
  value: IppPlainValue<S>,
  path: string,
): void {
  const { tag, encode } = rowsBySyntax[value.syntax];
  const octets = encode(value.value);
  if (octets === undefined) throw new IppEncodeError(`no value of ${value.syntax}`, path);
  writeField(writer, tag, name, octets, path);
}

function writeField(
  writer: OctetWriter,
  tag: number,
  name: Uint8Array,
  value: Uint8Array,
  path: string,
): void {
  if (name.length > lengthMax || value.length > lengthMax) {
    throw new IppEncodeError(`more than ${lengthMax} octets`, path);
  }
  writer.octet(tag);
  writer.short(name.length);
  writer.octets(name);
  writer.short(value.length);
  writer.octets(value);
}

/** A buffer that grows by doubling. */
class OctetWriter {
  #buffer = new Uint8Array(initialBytes);
  #length = 0;

  octet(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  short(value: number): void {
    this.octet(value >> 8);
    this.octet(value & 0xff);
  }

  octets(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  written(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}
