// Clients at each door of a running appliance: one document each, and whether success was heard.
import { request } from 'node:http';
import { connect } from 'node:net';
import { openIppClient } from '../bench/ipp-client.ts';
import type { CrashDocument } from './documents.ts';
import { printByLpd } from './lpd-client.ts';

export interface DoorPlaces {
  readonly httpPort: number;
  readonly rawPort: number;
  readonly lpdPort: number;
  readonly socketPath: string;
  readonly printer: string;
}

/** Resolves with true for success; rejects, or resolves with false, for everything else. */
export type Door = (places: DoorPlaces, document: CrashDocument) => Promise<boolean>;

export const doors: Readonly<Record<string, Door>> = {
  async ipp({ httpPort, printer }, { bytes }) {
    const client = openIppClient(httpPort, printer);
    try {
      await client.print(bytes);
      return true;
    } finally {
      client.close();
    }
  },
  raw: ({ rawPort }, { bytes }) =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: rawPort, allowHalfOpen: true });
      socket.once('error', () => resolve(false));
      // Our FIN is the document's end; theirs, after the commit, is the acknowledgement.
      socket.once('end', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.resume();
      socket.end(bytes);
    }),
  lpd: ({ lpdPort, printer }, { id, bytes }) => printByLpd(lpdPort, printer, id, bytes),
  api: ({ socketPath, printer }, { id, bytes }) =>
    new Promise((resolve) => {
      const asked = request(
        {
          socketPath,
          method: 'POST',
          path: `/api/v1/printers/${printer}/jobs?name=${id}`,
          headers: { 'content-type': 'application/octet-stream', 'content-length': bytes.length },
        },
        (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode === 201));
          answer.once('error', () => resolve(false));
        },
      );
      asked.once('error', () => resolve(false));
      asked.end(bytes);
    }),
};
