/** Reads an IPP message from octets as they arrive (RFC 8010 3.1), and nothing behind it. */
import { IppAssembler, readIppName, type IppBadValues } from './assemble.ts';
import { IppDecodeError, type IppDecodeFault, type IppHeader } from './errors.ts';
import { ippMajorVersions, type IppLimits } from './limits.ts';
import type { IppMessage } from './message.ts';
import { endOfAttributesTag, firstValueTag, lengthMax } from './tags.ts';

export interface IppDecoderOptions {
  readonly limits: IppLimits;
  /** `refuse` unless told otherwise. */
  readonly badValues?: IppBadValues;
}

export type IppProgress =
  | { readonly done: false }
  | {
      readonly done: true;
      readonly message: IppMessage;
      /** That the message had. */
      readonly octets: number;
      /** The part of the last chunk behind the message: document data begins there. */
      readonly rest: Uint8Array;
    };

/** The fields of the wire, in the order in which they follow each other. */
type Field = 'header' | 'tag' | 'name-length' | 'name' | 'value-length' | 'value';

const headerBytes = 8;

/**
 * One message. Feed it with `push` until it is done, or throw `truncated()` if the source ends
 * earlier. `push` throws IppDecodeError; the decoder is then of no further use. It holds one field
 * at most beside what it has read, keeps no chunk, and takes no octet of the document.
 */
export class IppDecoder {
  readonly #limits: IppLimits;
  readonly #badValues: IppBadValues;
  #field: Field = 'header';
  #fieldAt = 0;
  #needed = headerBytes;
  /** The part of the field that earlier chunks brought. */
  #partial = new Uint8Array(0);
  #partialBytes = 0;
  #header: IppHeader | undefined;
  #assembler: IppAssembler | undefined;
  #tag = 0;
  #tagAt = 0;
  #name = '';
  #ended = false;

  constructor({ limits, badValues = 'refuse' }: IppDecoderOptions) {
    this.#limits = limits;
    this.#badValues = badValues;
  }

  push(chunk: Uint8Array): IppProgress {
    if (this.#ended) throw new Error('IppDecoder.push after the end of the message');
    this.#ended = true;
    let at = 0;
    while (chunk.length - at >= this.#needed - this.#partialBytes) {
      const end = at + this.#needed - this.#partialBytes;
      const octets = this.#complete(chunk.subarray(at, end));
      at = end;
      const message = this.#read(octets);
      if (message !== undefined) {
        const messageOctets = this.#fieldAt + this.#needed;
        return { done: true, message, octets: messageOctets, rest: chunk.subarray(at) };
      }
    }
    this.#keep(chunk.subarray(at));
    this.#ended = false;
    return { done: false };
  }

  /** What to throw when the source ends before the message does. */
  truncated(): IppDecodeError {
    const received = this.#fieldAt + this.#partialBytes;
    return new IppDecodeError('truncated', `it ends in its ${this.#field}`, received, this.#header);
  }

  #complete(octets: Uint8Array): Uint8Array {
    if (this.#partialBytes === 0) return octets;
    this.#partial.set(octets, this.#partialBytes);
    this.#partialBytes = 0;
    return this.#partial;
  }

  #keep(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (this.#partialBytes === 0) this.#partial = new Uint8Array(this.#needed);
    this.#partial.set(octets, this.#partialBytes);
    this.#partialBytes += octets.length;
  }

  /** Takes a complete field and names the next one. */
  #read(octets: Uint8Array): IppMessage | undefined {
    switch (this.#field) {
      case 'header':
        this.#readHeader(octets);
        break;
      case 'tag':
        return this.#readTag(octets);
      case 'name-length':
        this.#expect('name', this.#readNameLength(octets));
        break;
      case 'name':
        this.#name = this.#readName(octets);
        this.#expect('value-length', 2);
        break;
      case 'value-length':
        this.#expect('value', this.#readLength(octets));
        break;
      case 'value':
        this.#readValue(octets);
        break;
    }
    return undefined;
  }

  #expect(field: Field, bytes: number): void {
    this.#fieldAt += this.#needed;
    this.#field = field;
    this.#needed = bytes;
    const most = this.#limits.attributeBytes;
    if (this.#fieldAt + bytes > most) throw this.#fault('too-large', `more than ${most} octets`);
  }

  #readHeader(octets: Uint8Array): void {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    const version = { major: view.getUint8(0), minor: view.getUint8(1) };
    this.#header = { version, code: view.getUint16(2), requestId: view.getInt32(4) };
    if (!ippMajorVersions.includes(version.major)) {
      throw this.#fault('bad-version', `version ${version.major}.${version.minor}`);
    }
    this.#assembler = new IppAssembler(this.#header, this.#limits, this.#badValues);
    this.#expect('tag', 1);
  }

  #readTag(octets: Uint8Array): IppMessage | undefined {
    this.#tag = octets[0] ?? 0;
    this.#tagAt = this.#fieldAt;
    if (this.#tag === endOfAttributesTag) return this.#assembler?.finish(this.#tagAt);
    if (this.#tag >= firstValueTag) {
      this.#expect('name-length', 2);
    } else {
      this.#assembler?.openGroup(this.#tag, this.#tagAt);
      this.#expect('tag', 1);
    }
    return undefined;
  }

  #readLength(octets: Uint8Array): number {
    const length = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    if (length > lengthMax) throw this.#fault('bad-length', `a length of ${length}`);
    return length;
  }

  #readNameLength(octets: Uint8Array): number {
    const length = this.#readLength(octets);
    if (length <= this.#limits.nameBytes) return length;
    throw this.#fault('name-too-long', `${length} octets of name`);
  }

  #readName(octets: Uint8Array): string {
    const name = readIppName(octets);
    if (name === undefined) throw this.#fault('bad-name', 'a name that is not visible US-ASCII');
    return name;
  }

  #readValue(octets: Uint8Array): void {
    this.#assembler?.add({
      tag: this.#tag,
      tagAt: this.#tagAt,
      name: this.#name,
      octets,
      octetsAt: this.#fieldAt,
    });
    this.#expect('tag', 1);
  }

  #fault(code: IppDecodeFault, detail: string): IppDecodeError {
    return new IppDecodeError(code, detail, this.#fieldAt, this.#header);
  }
}

/** A message that is there as a whole, and what follows it. Throws IppDecodeError. */
export function decodeIppMessage(
  octets: Uint8Array,
  options: IppDecoderOptions,
): { readonly message: IppMessage; readonly rest: Uint8Array } {
  const decoder = new IppDecoder(options);
  const progress = decoder.push(octets);
  if (progress.done) return { message: progress.message, rest: progress.rest };
  throw decoder.truncated();
}
