// The network interfaces of the machine, as the kernel counts them.

/** A network interface as the kernel counts it. */
export interface NetworkLink {
  readonly index: number;
  readonly name: string;
  readonly loopback: boolean;
  readonly mtuBytes: number;
  readonly hardwareAddress: Uint8Array;
  readonly enabled: boolean;
  /** Undefined where its driver does not say. */
  readonly carrier: boolean | undefined;
  readonly bitsPerSecond: number | undefined;
  readonly received: LinkCounters;
  readonly sent: LinkCounters;
}

export interface LinkCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

export interface Links {
  /** In the order of their indices; one that went meanwhile is left out. */
  list(): Promise<readonly NetworkLink[]>;
}
