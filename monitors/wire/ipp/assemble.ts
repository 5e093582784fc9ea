/** Puts the fields that the decoder reads together into groups, attributes and collections. */
import { IppDecodeError, type IppDecodeFault, type IppHeader } from './errors.ts';
import type { IppLimits } from './limits.ts';
import type { IppAttribute, IppGroup, IppMessage, IppValue } from './message.ts';
import { asciiCodec } from './octets.ts';
import { collectionTags, groupTagOf, valueRowOf, type IppGroupTag } from './tags.ts';

/**
 * What happens to a value that breaks the rules of its syntax. `refuse`, for servers: it is a
 * fault. `keep`, for clients, since printers in the field do send such values: one that is too long
 * is taken, any other becomes opaque.
 */
export type IppBadValues = 'refuse' | 'keep';

/** Tag, name and value as they stood on the wire, with the offsets where each began. */
export interface IppField {
  readonly tag: number;
  readonly tagAt: number;
  readonly name: string;
  readonly octets: Uint8Array;
  readonly octetsAt: number;
}

interface OpenAttribute {
  readonly name: string;
  readonly values: IppValue[];
}

/** A group or a collection that is still being read. */
interface OpenList {
  readonly attributes: IppAttribute[];
  last: OpenAttribute | undefined;
}

interface OpenGroup extends OpenList {
  readonly tag: IppGroupTag;
}

/** One message behind its header. Each call may throw IppDecodeError. */
export class IppAssembler {
  readonly #header: IppHeader;
  readonly #limits: IppLimits;
  readonly #badValues: IppBadValues;
  readonly #groups: IppGroup[] = [];
  #group: OpenGroup | undefined;
  /** Innermost last. */
  readonly #collections: OpenList[] = [];
  #attributeCount = 0;

  constructor(header: IppHeader, limits: IppLimits, badValues: IppBadValues) {
    this.#header = header;
    this.#limits = limits;
    this.#badValues = badValues;
  }

  /** A delimiter tag other than the last. */
  openGroup(tagNumber: number, offsetBytes: number): void {
    const tag = groupTagOf(tagNumber);
    if (tag === undefined) throw this.#fault('bad-tag', `delimiter tag ${tagNumber}`, offsetBytes);
    this.#expectNoCollection(offsetBytes);
    if (this.#groups.length >= this.#limits.groups) {
      throw this.#fault('too-many-groups', `more than ${this.#limits.groups} groups`, offsetBytes);
    }
    this.#group = { tag, attributes: [], last: undefined };
    this.#groups.push(this.#group);
  }

  /** The end-of-attributes-tag. */
  finish(offsetBytes: number): IppMessage {
    this.#expectNoCollection(offsetBytes);
    return {
      ...this.#header,
      groups: this.#groups.map(({ tag, attributes }) => ({ tag, attributes })),
    };
  }

  add(field: IppField): void {
    const collection = this.#collections.at(-1);
    if (collection === undefined) this.#addToGroup(field);
    else this.#addToCollection(field, collection);
  }

  #addToGroup(field: IppField): void {
    const group = this.#group;
    const { tag } = field;
    if (group === undefined) throw this.#fault('bad-tag', 'a value before any group', field.tagAt);
    if (tag === collectionTags.end || tag === collectionTags.memberName) {
      throw this.#fault('bad-tag', `tag ${tag} outside a collection`, field.tagAt);
    }
    if (field.name !== '') this.#openAttribute(group, field.name, field.tagAt);
    if (group.last === undefined) {
      throw this.#fault('bad-name', 'a further value of no attribute', field.tagAt);
    }
    this.#addValue(group.last, field);
  }

  #addToCollection(field: IppField, collection: OpenList): void {
    const { tag, tagAt, octets } = field;
    if (field.name !== '') throw this.#fault('bad-collection', 'a name before a value', tagAt);
    if (tag === collectionTags.memberName) {
      this.#expectMemberComplete(collection, tagAt);
      this.#openAttribute(collection, this.#memberName(field), tagAt);
    } else if (tag === collectionTags.end) {
      this.#expectMemberComplete(collection, tagAt);
      this.#expectEmpty(octets, field.octetsAt);
      this.#collections.pop();
    } else if (collection.last === undefined) {
      throw this.#fault('bad-collection', 'a value before any member name', tagAt);
    } else {
      this.#addValue(collection.last, field);
    }
  }

  #memberName({ octets, octetsAt }: IppField): string {
    if (octets.length > this.#limits.nameBytes) {
      throw this.#fault('name-too-long', `${octets.length} octets of member name`, octetsAt);
    }
    const name = readIppName(octets);
    if (name === undefined || name === '') {
      throw this.#fault('bad-name', 'a member name with no or odd characters', octetsAt);
    }
    return name;
  }

  #openAttribute(list: OpenList, name: string, offsetBytes: number): void {
    const most = this.#limits.attributes;
    this.#attributeCount += 1;
    if (this.#attributeCount > most) {
      throw this.#fault('too-many-attributes', `more than ${most} attributes`, offsetBytes);
    }
    const attribute = { name, values: [] };
    list.last = attribute;
    list.attributes.push(attribute);
  }

  #addValue({ name, values }: OpenAttribute, field: IppField): void {
    const most = this.#limits.valuesPerAttribute;
    if (values.length >= most) {
      throw this.#fault('too-many-values', `more than ${most} values of ${name}`, field.tagAt);
    }
    values.push(
      field.tag === collectionTags.begin ? this.#openCollection(field) : this.#plain(field),
    );
  }

  #openCollection({ octets, octetsAt, tagAt }: IppField): IppValue {
    this.#expectEmpty(octets, octetsAt);
    const most = this.#limits.collectionDepth;
    if (this.#collections.length >= most) {
      throw this.#fault('too-deep', `more than ${most} collections in each other`, tagAt);
    }
    const attributes: IppAttribute[] = [];
    this.#collections.push({ attributes, last: undefined });
    return { syntax: 'collection', value: attributes };
  }

  #plain({ tag, octets, octetsAt }: IppField): IppValue {
    const row = valueRowOf(tag);
    if (row === undefined) return opaque(tag, octets);
    const fault = this.#badValues === 'refuse' ? lengthFault(row, octets.length) : undefined;
    if (fault !== undefined) {
      throw this.#fault(fault, `${octets.length} octets of ${row.syntax}`, octetsAt);
    }
    const value = row.read(octets);
    if (value !== undefined) return value;
    if (this.#badValues === 'keep') return opaque(tag, octets);
    const code = this.#hasForeignCharset() ? 'foreign-charset' : 'bad-value';
    throw this.#fault(code, `no value of ${row.syntax}`, octetsAt);
  }

  #hasForeignCharset(): boolean {
    const first = this.#groups[0]?.attributes[0]?.values[0];
    return first?.syntax === 'charset' && !readableCharsets.includes(first.value.toLowerCase());
  }

  #expectNoCollection(offsetBytes: number): void {
    if (this.#collections.length === 0) return;
    throw this.#fault('bad-collection', 'a delimiter tag inside a collection', offsetBytes);
  }

  #expectMemberComplete({ last }: OpenList, offsetBytes: number): void {
    if (last === undefined || last.values.length > 0) return;
    throw this.#fault('bad-collection', `member ${last.name} has no value`, offsetBytes);
  }

  #expectEmpty(octets: Uint8Array, offsetBytes: number): void {
    if (octets.length === 0) return;
    throw this.#fault('bad-length', `${octets.length} octets beside a collection tag`, offsetBytes);
  }

  #fault(code: IppDecodeFault, detail: string, offsetBytes: number): IppDecodeError {
    return new IppDecodeError(code, detail, offsetBytes, this.#header);
  }
}

/** Charsets whose text is UTF-8; the other ones can't be read here. */
const readableCharsets: readonly string[] = ['utf-8', 'us-ascii'];

/** An attribute name: visible US-ASCII, or nothing; undefined otherwise. */
export function readIppName(octets: Uint8Array): string | undefined {
  const name = asciiCodec.decode(octets);
  return name === undefined || name.includes(' ') ? undefined : name;
}

function opaque(tag: number, octets: Uint8Array): IppValue {
  return { syntax: 'opaque', value: { tag, octets: new Uint8Array(octets) } };
}

function lengthFault(
  row: { readonly minOctets: number; readonly maxOctets: number },
  octets: number,
): 'bad-length' | 'value-too-long' | undefined {
  if (octets >= row.minOctets && octets <= row.maxOctets) return undefined;
  const isFixed = row.minOctets === row.maxOctets;
  return isFixed || octets < row.minOctets ? 'bad-length' : 'value-too-long';
}
