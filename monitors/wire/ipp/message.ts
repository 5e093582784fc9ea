/** The model of an IPP message: groups of attributes of values, in the order of the wire. */
import type { IppGroupTag, IppPayloads, IppPlainSyntax } from './tags.ts';

/** Operation attributes come first (RFC 8010 3.1); a tag may repeat, one group an object. */
export interface IppMessage {
  readonly version: IppVersion;
  /** The operation-id of a request, the status-code of a response (RFC 8010 3.1.1). */
  readonly code: number;
  /** Signed 32 bits; a client chooses it above 0, and the response repeats it. */
  readonly requestId: number;
  readonly groups: readonly IppGroup[];
}

export interface IppVersion {
  readonly major: number;
  readonly minor: number;
}

export interface IppGroup {
  readonly tag: IppGroupTag;
  readonly attributes: readonly IppAttribute[];
}

/** An attribute, or a member of a collection; it has at least one value. */
export interface IppAttribute {
  readonly name: string;
  readonly values: readonly IppValue[];
}

/** A value of one of the given syntaxes: `{ syntax: 'integer', value: 3 }`. */
export type IppPlainValue<S extends IppPlainSyntax = IppPlainSyntax> = {
  [K in S]: { readonly syntax: K; readonly value: IppPayloads[K] };
}[S];

/** Members in order (RFC 8010 3.1.6). */
export interface IppCollection {
  readonly syntax: 'collection';
  readonly value: readonly IppAttribute[];
}

/**
 * A value whose tag is not known here, or that broke the rules of its tag and was kept as it came.
 */
export interface IppOpaque {
  readonly syntax: 'opaque';
  readonly value: { readonly tag: number; readonly octets: Uint8Array };
}

export type IppValue = IppPlainValue | IppCollection | IppOpaque;
