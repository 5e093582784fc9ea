// What the page is made of, as the build left it.

export interface PageAsset {
  /** Where it is asked for: `/`, `/page.js`. */
  readonly path: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly gzipped: Uint8Array;
  /** A strong validator (RFC 9110 8.8.3), in its quotes. */
  readonly etag: string;
}

export interface PageAssets {
  readonly assets: readonly PageAsset[];
  /** The hash of the document's own style sheet, as Content-Security-Policy wants it. */
  readonly styleHash: string;
}
