// Where an emulated printer keeps the bytes of its sessions: in memory, or as one file a session.
import type { Files } from '../../../hal/contract.ts';

export interface SessionSink {
  write(bytes: Uint8Array): Promise<void>;
  /** The sender has ended the session: the bytes are whole. */
  finish(): Promise<void>;
  /** The session broke off. */
  abandon(): Promise<void>;
}

export type OpenSink = (sessionNumber: number) => Promise<SessionSink>;

/**
 * `job-0001.bin` appears whole; a session that broke off leaves `job-0001.part`, one that goes on
 * has it too.
 */
export function createFolderSink(files: Files, folder: string): OpenSink {
  return async (sessionNumber) => {
    const stem = `${folder}/job-${String(sessionNumber).padStart(4, '0')}`;
    const file = await files.open(`${stem}.part`, 'create');
    let sizeBytes = 0;
    return {
      async write(bytes) {
        await file.write(bytes, sizeBytes);
        sizeBytes += bytes.length;
      },
      async finish() {
        await file.close();
        await files.rename(`${stem}.part`, `${stem}.bin`);
      },
      abandon: () => file.close(),
    };
  };
}

/** Keeps the bytes of each session, by its number. */
export function createMemorySink(): { readonly open: OpenSink; bytesOf(session: number): Buffer } {
  const parts = new Map<number, Uint8Array[]>();
  return {
    async open(sessionNumber) {
      const own: Uint8Array[] = [];
      parts.set(sessionNumber, own);
      return {
        write: async (bytes) => void own.push(bytes.slice()),
        finish: async () => {},
        abandon: async () => {},
      };
    },
    bytesOf: (session) => Buffer.concat(parts.get(session) ?? []),
  };
}

/** Counts only: for documents too large to keep. */
export const nullSink: OpenSink = async () => ({
  write: async () => {},
  finish: async () => {},
  abandon: async () => {},
});
