// A backup that can not be read: on its way through streams, which can only throw.
import type { ErrorCode } from '../errors/codes.ts';

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: Extract<ErrorCode, `backup-${string}`>;

  constructor(code: BackupError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
