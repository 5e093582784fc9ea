// The contract of copy-file modules, on both sides (facts: Windows's GenerateCopyFilePaths and
// SpoolerCopyFileEvent). A module may change the two paths and hears what happens; all modules are
// built in, and nothing that was downloaded is ever one.
import type { Win32Status } from '../../../monitors/win32-status.ts';

/** SPLCLIENT_INFO_1: what a client tells of itself. */
export interface SplClientInfo {
  readonly machineName: string;
  readonly userName: string;
  readonly buildNumber: number;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** PROCESSOR_ARCHITECTURE_…, as Node names it: `x64`, `arm64`. */
  readonly processorArchitecture: string;
}

/** One of the two paths with the size of its buffer, in characters. */
export interface PathArgument {
  readonly path: string;
  readonly sizeCharacters: number;
}

export interface GenerateCopyFilePaths {
  /** `HpColor` on the server, `\\NTPRINT\HpColor` on the client. */
  readonly printerName: string;
  /** Of the component, relative to the print share. */
  readonly directory: string;
  readonly clientInfo: SplClientInfo;
  /** Of `clientInfo`; 1 is the only one. */
  readonly level: 1;
  readonly source: PathArgument;
  readonly target: PathArgument;
  readonly flags: 'COPYFILE_FLAG_SERVER_SPOOLER' | 'COPYFILE_FLAG_CLIENT_SPOOLER';
}

export type CopyFilePaths =
  | {
      readonly status: 'ERROR_SUCCESS';
      readonly source: PathArgument;
      readonly target: PathArgument;
    }
  | { readonly status: Exclude<Win32Status, 'ERROR_SUCCESS'>; readonly message: string };

/** COPYFILE_EVENT_…. */
export type CopyFileEvent =
  | 'SET_PRINTER_DATAEX'
  | 'FILES_CHANGED'
  | 'ADD_PRINTER_CONNECTION'
  | 'DELETE_PRINTER_CONNECTION'
  | 'DELETE_PRINTER';

export interface SpoolerCopyFileEvent {
  readonly printerName: string;
  /** `CopyFiles\ICM`. */
  readonly key: string;
  readonly event: CopyFileEvent;
  /** On the client: what was downloaded for the component, by name; empty on the server. */
  readonly files: readonly DownloadedFile[];
}

export interface DownloadedFile {
  readonly name: string;
  /** The whole file, for a module that looks into it; rejects where it is too large for that. */
  readonly read: () => Promise<Uint8Array>;
}

/** What a module says to an event, for the log. */
export interface CopyFileAnswer {
  readonly lines: readonly string[];
}

export interface CopyFileModule {
  readonly name: 'color' | 'plain';
  /** Names by which Windows knows what does the same: `Mscms.dll`. */
  readonly aliases: readonly string[];
  generateCopyFilePaths(call: GenerateCopyFilePaths): CopyFilePaths;
  spoolerCopyFileEvent(event: SpoolerCopyFileEvent): Promise<CopyFileAnswer>;
}
