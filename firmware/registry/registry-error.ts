// What a registry function rejects with: a Windows status that says what was wrong.
import { type Win32Status, win32Statuses } from '../../monitors/win32-status.ts';

export class RegistryError extends Error {
  readonly status: Exclude<Win32Status, 'ERROR_SUCCESS'>;

  constructor(status: Exclude<Win32Status, 'ERROR_SUCCESS'>, subject: string) {
    super(`${status}: ${win32Statuses[status].text}: ${subject}`);
    this.name = 'RegistryError';
    this.status = status;
  }
}
