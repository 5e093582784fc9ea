// Printer data: the key tree under each printer, with the semantics of EnumPrinterKey,
// EnumPrinterDataEx, Get-, Set- and DeletePrinterDataEx (facts/windows-spooler, Point and Print).
//
// A key is written as Windows writes it, `CopyFiles\ICM`; keys and names are compared without case
// and kept as written. SourceDir and TargetDir of a component are made when it is enumerated, by
// its copy-file module, and are never stored.
import type { Principal } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Moment } from '../jobs/job.ts';
import type { GenerateCopyFilePaths, SplClientInfo } from '../queue-files/modules/contract.ts';
import type { StoredValue } from '../store/records/payloads.ts';

/** REG_BINARY as base64. */
export type DataValue = StoredValue;

export interface NamedValue {
  readonly name: string;
  readonly value: DataValue;
}

/** One call of a module on the server, as the log shows it. */
export interface ServerCall {
  readonly module: string;
  readonly call: GenerateCopyFilePaths;
  readonly status: string;
}

export interface EnumeratedValues {
  readonly kind: 'done';
  readonly values: readonly NamedValue[];
  /** What the module of this component was asked; undefined: the key is no component. */
  readonly call?: ServerCall;
}

/** Functions reject as Store.commit and Store.query do. */
export interface PrinterData {
  /**
   * Names of the keys right below `key`; '' is the root. `data-not-found`: there is no such key.
   */
  enumKey(
    printerId: string,
    key: string,
  ): Promise<{ readonly kind: 'done'; readonly keys: readonly string[] } | Refusal>;
  enumDataEx(
    printerId: string,
    key: string,
    client: SplClientInfo,
  ): Promise<EnumeratedValues | Refusal>;
  /** `ChangeID` of `PrinterDriverData` is the change number. */
  getDataEx(
    printerId: string,
    key: string,
    name: string,
  ): Promise<{ readonly kind: 'done'; readonly value: DataValue } | Refusal>;
  /** Makes the key where it is missing. Needs an administrator. */
  setDataEx(
    printerId: string,
    key: string,
    name: string,
    value: DataValue,
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  deleteDataEx(
    printerId: string,
    key: string,
    name: string,
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  /** With all keys below it. */
  deleteKey(
    printerId: string,
    key: string,
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  /** How often data and files were changed, and when last; 0 and undefined: never. */
  changes(printerId: string): Promise<{ readonly number: number; readonly at: Moment | undefined }>;
}
