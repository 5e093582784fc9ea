// Every IPP operation that Platen carries out, made of the files beside it.
import type { IppOperationName } from '../../../../monitors/wire/ipp/operations.ts';
import type { IppOperationRow } from '../call.ts';
import { documentOperations } from './documents.ts';
import { jobCreationOperations } from './job-creation.ts';
import { jobOperations } from './jobs.ts';
import { printerOperations } from './printer.ts';

export const ippOperationRows: readonly IppOperationRow[] = [
  ...jobCreationOperations,
  ...documentOperations,
  ...jobOperations,
  ...printerOperations,
];

export function operationRow(name: IppOperationName | undefined): IppOperationRow | undefined {
  return ippOperationRows.find((row) => row.name === name);
}
