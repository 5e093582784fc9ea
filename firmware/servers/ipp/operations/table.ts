// Every IPP operation that Platen carries out, made of the files beside it.
import type { IppOperationName } from '../../../../monitors/wire/ipp/operations.ts';
import type { IppOperationRow } from '../call.ts';
import { documentOperations } from './documents.ts';
import { jobCancellingOperations } from './job-cancelling.ts';
import { jobControlOperations } from './job-control.ts';
import { jobCreationOperations } from './job-creation.ts';
import { jobOperations } from './jobs.ts';
import { printerControlOperations } from './printer-control.ts';
import { printerSettingOperations } from './printer-settings.ts';
import { printerOperations } from './printer.ts';
import { subscriptionOperations } from './subscriptions.ts';

export const ippOperationRows: readonly IppOperationRow[] = [
  ...jobCreationOperations,
  ...documentOperations,
  ...jobOperations,
  ...jobControlOperations,
  ...jobCancellingOperations,
  ...printerOperations,
  ...printerControlOperations,
  ...printerSettingOperations,
  ...subscriptionOperations,
];

const rowByName: ReadonlyMap<IppOperationName, IppOperationRow> = new Map(
  ippOperationRows.map((row) => [row.name, row]),
);

export function operationRow(name: IppOperationName | undefined): IppOperationRow | undefined {
  return name === undefined ? undefined : rowByName.get(name);
}
