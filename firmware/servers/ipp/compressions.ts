// The compressions in which documents may come (RFC 8011 5.4.32).
import type { DocumentRequest } from '../../intake/contract.ts';

export const compressionsSupported = [
  'none',
  'gzip',
  'deflate',
] as const satisfies readonly NonNullable<DocumentRequest['compression']>[];
