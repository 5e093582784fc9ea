// The suites of ipptool that are run, in the order of the table's columns.

export interface Suite {
  readonly file: string;
  /** The version that the client speaks. */
  readonly version: string;
  readonly everywhere: boolean;
}

export const suites: readonly Suite[] = [
  { file: 'ipp-1.1.test', version: '1.1', everywhere: false },
  { file: 'ipp-2.0.test', version: '2.0', everywhere: false },
  { file: 'ipp-2.1.test', version: '2.1', everywhere: false },
  { file: 'ipp-2.2.test', version: '2.2', everywhere: false },
  { file: 'ipp-everywhere.test', version: '2.0', everywhere: true },
];
