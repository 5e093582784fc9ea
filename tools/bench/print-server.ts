// What a comparison needs of a print server: one raw queue to a sink, reached by IPP.

export interface PrintServerOptions {
  /** An empty folder of its own. */
  readonly folder: string;
  /** TCP port of the printer, on loopback. */
  readonly sinkPort: number;
  /** True: jobs are accepted and wait. */
  readonly paused: boolean;
}

export interface RunningServer {
  /** Of HTTP and IPP, on loopback. */
  readonly port: number;
  /** The queue is at /printers/<queue>. */
  readonly queue: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface PrintServer {
  readonly name: string;
  start(options: PrintServerOptions): Promise<RunningServer>;
}
