// The Xcv commands of the lpr monitor beside those of all ports: LPRMON's and LOCALMON's names.
import { z } from 'zod';
import { isHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import type { Call, MonitorInit } from '../contract.ts';
import { ofPort, type PortContext } from '../ports/port-commands.ts';
import { encodeLpdCommand } from '../wire/lpd/commands.ts';
import { readLpdText } from '../wire/lpd/text.ts';
import { noInput, noOutput, type XcvAnswer, type XcvCommand, xcvCommand } from '../xcv.ts';
import { connectLpr } from './connect.ts';
import { lprLimits as limits } from './limits.ts';
import type { RetryTimeout } from './retry-timeout.ts';
import {
  lprHostSchema,
  lprPortNumberSchema,
  lprQueueSchema,
  type LprSettings,
  lprSettingsSchema,
} from './settings.ts';

type Context = PortContext<LprSettings>;

const retrySeconds = z
  .int()
  .min(limits.transmissionRetrySeconds.min)
  .max(limits.transmissionRetrySeconds.max);

/** Another queue than the port's, or one that has no port yet. */
const place = z.strictObject({
  host: lprHostSchema,
  portNumber: lprPortNumberSchema.optional(),
  queue: lprQueueSchema.optional(),
});

export function lprXcvCommands(
  init: Pick<MonitorInit, 'clock' | 'devices' | 'random'>,
  retryTimeout: RetryTimeout,
): readonly XcvCommand<Context>[] {
  return [
    xcvCommand({
      name: 'CheckPrinter',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'either',
      input: z.union([noInput, place]),
      output: z.strictObject({ queueState: z.string() }),
      run: async (context: Context, input, call) => {
        if (input !== null && 'host' in input) {
          return checkPrinter(init, lprSettingsSchema.parse(input), call);
        }
        if (context.portName === undefined) {
          return { status: 'ERROR_INVALID_DATA', message: 'host: is missing' };
        }
        return ofPort(context, (settings) => checkPrinter(init, settings, call));
      },
    }),
    xcvCommand({
      name: 'GetTransmissionRetryTimeout',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'either',
      input: noInput,
      output: z.strictObject({ seconds: z.int() }),
      run: async (_context: Context) => ({
        status: 'ERROR_SUCCESS',
        output: { seconds: retryTimeout.seconds() },
      }),
    }),
    xcvCommand({
      name: 'ConfigureLPTPortCommandOK',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'either',
      input: z.strictObject({ seconds: retrySeconds }),
      output: noOutput,
      run: async (_context: Context, { seconds }) => {
        await retryTimeout.set(seconds);
        return { status: 'ERROR_SUCCESS', output: null };
      },
    }),
    ...(['GetDefaultCommConfig', 'SetDefaultCommConfig'] as const).map((name) =>
      xcvCommand({
        name,
        access: 'SERVER_ACCESS_ADMINISTER',
        object: 'either',
        input: z.unknown(),
        output: noOutput,
        run: async (_context: Context) => ({
          status: 'ERROR_NOT_SUPPORTED',
          message: 'a network port has no line settings',
        }),
      }),
    ),
  ];
}

/** Asks for the short state of the queue (RFC 1179 5.3); every answer proves that there is one. */
async function checkPrinter(
  init: Pick<MonitorInit, 'clock' | 'devices' | 'random'>,
  settings: LprSettings,
  call: Call,
): Promise<XcvAnswer<{ queueState: string }>> {
  const connection = await connectLpr(init, settings, call.signal);
  const parts: Uint8Array[] = [];
  let heldOctets = 0;
  try {
    using deadline = startDeadline(init.clock, settings.connectTimeoutMs, call.signal);
    const question = { kind: 'short-queue-state', queue: settings.queue, list: [] } as const;
    await connection.write(encodeLpdCommand(question), deadline.signal);
    while (heldOctets < limits.queueStateOctets) {
      const part = await connection.read(deadline.signal);
      if (part === undefined) break;
      parts.push(part);
      heldOctets += part.length;
    }
  } catch (error) {
    // A server that answered and then kept silent, or broke off, has answered.
    if (!isHalError(error) || heldOctets === 0) throw error;
  } finally {
    connection.reset();
  }
  if (heldOctets === 0) {
    const message = `the printer closed the connection without a word about "${settings.queue}"`;
    return { status: 'ERROR_NOT_READY', message };
  }
  const said = readLpdText(Buffer.concat(parts).subarray(0, limits.queueStateOctets));
  const queueState = said.replaceAll(/[^\P{Cc}\n\t]/gu, '').trim();
  return { status: 'ERROR_SUCCESS', output: { queueState } };
}
