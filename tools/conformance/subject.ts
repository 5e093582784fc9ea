// What a conformance run needs of an IPP server: a printer that answers, and the document to send.

export interface RunningSubject {
  readonly uri: string;
  stop(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  /** The sample for tests that take any file, and its media type. */
  readonly file: string;
  readonly type: string;
  /** ipp-everywhere.test is for printers that clients without a driver print to. */
  readonly everywhere: boolean;
  /** `folder` is empty and its own. Rejects where it can not run here, and says why. */
  start(folder: string): Promise<RunningSubject>;
}
