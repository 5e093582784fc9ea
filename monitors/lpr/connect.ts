// Connects to an LPD server, from a reserved port where that is wanted (RFC 1179 3.1).
import type { TcpConnection } from '../../hal/contract.ts';
import { HalError, isHalError } from '../../hal/errors.ts';
import type { MonitorInit } from '../contract.ts';
import { lprLimits } from './limits.ts';
import type { LprSettings } from './settings.ts';

export type LprPlace = Pick<
  LprSettings,
  'host' | 'portNumber' | 'connectTimeoutMs' | 'reservedSourcePort'
>;

/** Rejects with HalError: `permission-denied` where reserved ports are not ours to use. */
export async function connectLpr(
  { devices, random }: Pick<MonitorInit, 'devices' | 'random'>,
  place: LprPlace,
  signal: AbortSignal,
): Promise<TcpConnection> {
  const request = {
    host: place.host,
    port: place.portNumber,
    timeoutMs: place.connectTimeoutMs,
    signal,
  };
  if (!place.reservedSourcePort) return devices.connectTcp(request);
  const { first, last } = lprLimits.reservedPorts;
  const count = last - first + 1;
  const start = Math.floor(random.fraction() * count);
  let failure = new HalError('address-in-use', `${first} to ${last}`);
  for (let turn = 0; turn < count; turn += 1) {
    const localPort = first + ((start + turn) % count);
    try {
      return await devices.connectTcp({ ...request, localPort });
    } catch (error) {
      // In use, or still in TIME_WAIT with this printer: the next one.
      if (!isHalError(error, 'address-in-use', 'address-not-available')) throw error;
      failure = error;
    }
  }
  throw failure;
}
