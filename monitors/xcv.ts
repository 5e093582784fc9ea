// Xcv for all monitors: a table of commands, and one dispatcher that checks name, right, version
// and data.
import { z } from 'zod';
import { isHalError } from '../hal/errors.ts';
import type { Call, JsonValue, XcvAccess, XcvPort, XcvResult } from './contract.ts';
import { nearestName } from './nearest-name.ts';
import { describeIssues, plainWords, shortened } from './schema-issues.ts';
import { type Win32Status, win32Statuses } from './win32-status.ts';

/**
 * What a command answers: its output, or a status that is no success with the words that explain
 * it.
 */
export type XcvAnswer<Output> =
  | { readonly status: 'ERROR_SUCCESS'; readonly output: Output }
  | { readonly status: Exclude<Win32Status, 'ERROR_SUCCESS'>; readonly message: string };

/** A row of a monitor's table as it is written. */
export interface XcvRow<
  Context,
  Input extends z.ZodType,
  Output extends z.ZodType<JsonValue, JsonValue>,
> {
  readonly name: string;
  /**
   * The right that the handle must have been granted; SERVER_ACCESS_ADMINISTER includes the others.
   */
  readonly access: XcvAccess;
  /** Which handles offer it: those of the monitor, of a port, or both. */
  readonly object: 'monitor' | 'port' | 'either';
  /** Without the `version` field, which the dispatcher takes off. */
  readonly input: Input;
  readonly output: Output;
  readonly run: (
    context: Context,
    input: z.output<Input>,
    call: Call,
  ) => Promise<XcvAnswer<z.input<Output>>>;
}

/** A row whose schemas are closed in, so that rows of different types stand in one table. */
export interface XcvCommand<Context> {
  readonly name: string;
  readonly access: XcvAccess;
  readonly object: 'monitor' | 'port' | 'either';
  readonly execute: (context: Context, input: JsonValue, call: Call) => Promise<XcvResult>;
}

/** Commands without input take null or an empty object. */
export const noInput = z.union([z.null(), z.strictObject({})]);
/** Commands without output answer null. */
export const noOutput = z.null();

/** The only version of all payloads so far; an input without one is read as this. */
export const xcvPayloadVersion = 1 as const;

export function xcvCommand<
  Context,
  Input extends z.ZodType,
  Output extends z.ZodType<JsonValue, JsonValue>,
>(row: XcvRow<Context, Input, Output>): XcvCommand<Context> {
  return {
    name: row.name,
    access: row.access,
    object: row.object,
    async execute(context, input, call) {
      const parsed = row.input.safeParse(input, plainWords);
      if (!parsed.success) {
        return refusal('ERROR_INVALID_DATA', `${row.name}: ${describeIssues(parsed.error)}`);
      }
      const answer = await row.run(context, parsed.data, call);
      if (answer.status !== 'ERROR_SUCCESS') return answer;
      return { status: 'ERROR_SUCCESS', output: row.output.parse(answer.output) };
    },
  };
}

export interface XcvHandleOptions<Context> {
  readonly commands: readonly XcvCommand<Context>[];
  readonly context: Context;
  readonly object: 'monitor' | 'port';
  readonly grantedAccess: ReadonlySet<XcvAccess>;
}

/** An open hXcv over a table; xcvDataPort never throws. */
export function openXcv<Context>(options: XcvHandleOptions<Context>): XcvPort {
  let open = true;
  return {
    async xcvDataPort(name, input, call) {
      if (!open) return refusal('ERROR_INVALID_HANDLE', 'this Xcv handle was closed');
      return dispatch(options, name, input, call);
    },
    xcvClosePort() {
      open = false;
    },
  };
}

async function dispatch<Context>(
  { commands, context, object, grantedAccess }: XcvHandleOptions<Context>,
  name: string,
  input: JsonValue,
  call: Call,
): Promise<XcvResult> {
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return refusal('ERROR_INVALID_PARAMETER', unknownText(name, commands));
  if (!grantedAccess.has(command.access) && !grantedAccess.has('SERVER_ACCESS_ADMINISTER')) {
    return refusal('ERROR_ACCESS_DENIED', `${name} needs the right ${command.access}`);
  }
  if (command.object !== 'either' && command.object !== object) {
    const wanted = command.object === 'port' ? 'a port: ,XcvPort NAME' : 'the monitor: ,XcvMonitor';
    return refusal('ERROR_INVALID_PARAMETER', `${name} needs the handle of ${wanted}`);
  }
  const { version, rest } = takeVersion(input);
  if (version !== xcvPayloadVersion) {
    return refusal(
      'ERROR_INVALID_LEVEL',
      `${name} takes version ${xcvPayloadVersion}, not ${shortened(JSON.stringify(version))}`,
    );
  }
  try {
    return await command.execute(context, rest, call);
  } catch (error) {
    return fault(name, error, call);
  }
}

function fault(name: string, error: unknown, call: Call): XcvResult {
  const message = `${name}: ${shortened(error instanceof Error ? error.message : String(error))}`;
  if (isHalError(error, 'timed-out')) return refusal('ERROR_TIMEOUT', message);
  if (call.signal.aborted) return refusal('ERROR_CANCELLED', message);
  return refusal('ERROR_GEN_FAILURE', message);
}

function unknownText(name: string, commands: readonly { readonly name: string }[]): string {
  const names = commands.map((each) => each.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `known are ${names.join(', ')}` : `did you mean ${nearest}?`;
  return `there is no command ${JSON.stringify(shortened(name))}; ${hint}`;
}

function takeVersion(input: JsonValue): { version: JsonValue; rest: JsonValue } {
  if (!isJsonObject(input) || !Object.hasOwn(input, 'version')) {
    return { version: xcvPayloadVersion, rest: input };
  }
  const { version = null, ...rest } = input;
  return { version, rest };
}

function isJsonObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(
  status: Exclude<Win32Status, 'ERROR_SUCCESS'>,
  message: string,
): Required<Pick<XcvResult, 'status' | 'message'>> {
  return { status, message: message === '' ? win32Statuses[status].text : message };
}
