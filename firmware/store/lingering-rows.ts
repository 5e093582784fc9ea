// Connections to printers that did not end in order, as rows: a dead session may occupy a device
// until the same address and port comes back.
import { clusterLimits } from '../limits/cluster-limits.ts';
import type { AttemptPort } from './job-table.ts';
import type { Sql } from './sql.ts';
import { integerOf, textOf } from './statements.ts';

export interface LingeringConnection {
  readonly spooler: string;
  readonly portName: string;
  readonly localPort: number;
}

/** An attempt begins from there: until it ends in order, its connection may linger. */
export function noteLingering(sql: Sql, connection: LingeringConnection, seq: number): void {
  const { spooler, portName, localPort } = connection;
  sql.later(
    `INSERT INTO lingering (spooler, port_name, local_port, seq) VALUES (?, ?, ?, ?)
     ON CONFLICT (spooler, port_name, local_port) DO UPDATE SET seq = excluded.seq`,
    spooler,
    portName,
    localPort,
    seq,
  );
  sql.later(
    `DELETE FROM lingering WHERE spooler = ? AND port_name = ? AND seq NOT IN (
       SELECT seq FROM lingering WHERE spooler = ? AND port_name = ? ORDER BY seq DESC LIMIT ?)`,
    spooler,
    portName,
    spooler,
    portName,
    clusterLimits.lingeringPorts,
  );
}

/** The job's last attempt ended in order. */
export function forgetLingering(sql: Sql, spooler: string, port: AttemptPort | undefined): void {
  if (port?.localPort === undefined) return;
  sql.later(
    'DELETE FROM lingering WHERE spooler = ? AND port_name = ? AND local_port = ?',
    spooler,
    port.name,
    port.localPort,
  );
}

/** Local ports by port name, the newest first. */
export function lingeringPorts(
  sql: Sql,
  spooler: string,
): Readonly<Record<string, readonly number[]>> {
  const ports: Record<string, number[]> = {};
  const rows = sql.all(
    'SELECT port_name, local_port FROM lingering WHERE spooler = ? ORDER BY seq DESC',
    spooler,
  );
  for (const row of rows)
    (ports[textOf(row, 'port_name')] ??= []).push(integerOf(row, 'local_port'));
  return ports;
}
