// Tells a device under test where documents begin and end, for devices that stay open between them.
import type { Monitor2, MonitorModule, MonitorPort } from '../../monitors/contract.ts';

export interface DocumentMarks {
  /** When a document was started. */
  begin(): Promise<void>;
  /** After one that did not fail. */
  end(): Promise<void>;
}

/** The same module, whose ports set the marks. */
export function withDocumentMarks(module: MonitorModule, marks: DocumentMarks): MonitorModule {
  return {
    ...module,
    async initializePrintMonitor2(init) {
      const monitor = await module.initializePrintMonitor2?.(init);
      return monitor === undefined ? undefined : markedMonitor(monitor, marks);
    },
  };
}

function markedMonitor(monitor: Monitor2, marks: DocumentMarks): Monitor2 {
  return {
    ...monitor,
    async openPort(name, call) {
      const opened = await monitor.openPort?.(name, call);
      if (opened === undefined) throw new Error(`no port monitor: ${name}`);
      if (opened.status !== 'ERROR_SUCCESS') return opened;
      return { ...opened, handle: markedPort(opened.handle, marks) };
    },
  };
}

function markedPort(port: MonitorPort, marks: DocumentMarks): MonitorPort {
  return {
    async startDocPort(doc, call) {
      const outcome = await port.startDocPort(doc, call);
      // Not before: opening a terminal drops what is on its way.
      if (outcome.kind === 'started') await marks.begin();
      return outcome;
    },
    writePort: (bytes, call) => port.writePort(bytes, call),
    readPort: (maxBytes, call) => port.readPort(maxBytes, call),
    async endDocPort(request, call) {
      const outcome = await port.endDocPort(request, call);
      if (outcome.outcome !== 'failed') await marks.end();
      return outcome;
    },
    closePort: (call) => port.closePort(call),
    setPortTimeOuts: (timeOuts) => port.setPortTimeOuts?.(timeOuts),
  };
}

/** Documents of a stream in memory, whose bytes and marks come in order. */
export class DocumentRecorder implements DocumentMarks {
  #parts: Uint8Array[] | undefined;
  readonly #documents: Buffer[] = [];
  #change = Promise.withResolvers<void>();

  push(bytes: Uint8Array): void {
    this.#parts?.push(bytes.slice());
  }

  async begin(): Promise<void> {
    this.#parts = [];
  }

  async end(): Promise<void> {
    this.#documents.push(Buffer.concat(this.#parts ?? []));
    this.#parts = undefined;
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }

  async until(count: number): Promise<readonly Buffer[]> {
    while (this.#documents.length < count) await this.#change.promise;
    return this.#documents;
  }
}

const markBytes = 16;
const beginByte = 0xa5;
const endByte = 0x5a;

/** Documents of a stream that leads through the kernel: the marks travel in it. */
export class MarkedStream implements DocumentMarks {
  readonly #send: (mark: Uint8Array) => Promise<void>;
  #received = Buffer.alloc(0);
  #change = Promise.withResolvers<void>();

  constructor(send: (mark: Uint8Array) => Promise<void>) {
    this.#send = send;
  }

  begin(): Promise<void> {
    return this.#send(Buffer.alloc(markBytes, beginByte));
  }

  end(): Promise<void> {
    return this.#send(Buffer.alloc(markBytes, endByte));
  }

  push(bytes: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }

  async until(count: number): Promise<readonly Buffer[]> {
    for (;;) {
      const documents = this.#documents();
      if (documents.length >= count) return documents;
      await this.#change.promise;
    }
  }

  #documents(): readonly Buffer[] {
    const begin = Buffer.alloc(markBytes, beginByte);
    const end = Buffer.alloc(markBytes, endByte);
    const found: Buffer[] = [];
    for (let at = 0; ; ) {
      const ended = this.#received.indexOf(end, at);
      if (ended < 0) return found;
      const begun = this.#received.lastIndexOf(begin, ended);
      found.push(this.#received.subarray(begun + markBytes, ended));
      at = ended + markBytes;
    }
  }
}
