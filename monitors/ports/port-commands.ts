// The Xcv commands that every port monitor has: ports added, changed, shown and removed by name.
import { z } from 'zod';
import type { MonitorUI } from '../contract.ts';
import { portNameProblem } from '../port-name.ts';
import { describeIssues, plainWords } from '../schema-issues.ts';
import { noInput, noOutput, type XcvAnswer, type XcvCommand, xcvCommand } from '../xcv.ts';
import type { PlainSettings, PortEntry, PortTable, SettingsKind } from './port-table.ts';

/** What the commands work on: the instance's ports, and the port whose handle it is. */
export interface PortContext<Settings> {
  readonly ports: PortTable<Settings>;
  /** Undefined on the monitor's own handle. */
  readonly portName: string | undefined;
}

export interface PortCommandsOptions<Settings> extends SettingsKind<Settings> {
  readonly monitorName: string;
  readonly ui: MonitorUI;
  /** Never shown again once they were set. */
  readonly secrets?: readonly (keyof Settings & string)[];
}

const portName = z.string().superRefine((name, context) => {
  const problem = portNameProblem(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
const anyName = z.strictObject({ name: z.string() });
/** Settings are checked against the monitor's schema by the command itself. */
const anySettings = z.looseObject({});
const plainValue = z.union([z.string(), z.number(), z.boolean()]);

export function portCommands<Settings extends PlainSettings>(
  options: PortCommandsOptions<Settings>,
): readonly XcvCommand<PortContext<Settings>>[] {
  return [...changingCommands(options), ...askingCommands(options)];
}

function changingCommands<Settings extends PlainSettings>({
  schema,
}: PortCommandsOptions<Settings>): readonly XcvCommand<PortContext<Settings>>[] {
  type Context = PortContext<Settings>;
  return [
    xcvCommand({
      name: 'AddPort',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'monitor',
      input: z.looseObject({ name: portName }),
      output: noOutput,
      run: async ({ ports }: Context, { name, ...rest }) => {
        const settings = checked(schema, rest, 'AddPort');
        if (settings.status !== 'ERROR_SUCCESS') return settings;
        return (await ports.add(name, settings.output)) === 'added'
          ? done
          : { status: 'ERROR_ALREADY_EXISTS', message: `there is a port "${name}" already` };
      },
    }),
    xcvCommand({
      name: 'DeletePort',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'either',
      input: z.union([z.null(), z.strictObject({ name: z.string().optional() })]),
      output: noOutput,
      run: async (context: Context, input) => {
        const name = input?.name ?? context.portName;
        if (name === undefined) return invalid('name: is missing');
        const outcome = await context.ports.remove(name);
        if (outcome === 'removed') return done;
        if (outcome === 'unknown') return unknownPort(name);
        const message = `the port "${name}" is in use: take it from its printers first`;
        return { status: 'ERROR_BUSY', message };
      },
    }),
    xcvCommand({
      name: 'ConfigPort',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'port',
      input: anySettings,
      output: noOutput,
      run: async ({ ports, portName: name = '' }: Context, changes) => {
        const entry = ports.find(name);
        if (entry === undefined) return unknownPort(name);
        const settings = checked(schema, changedSettings(entry, changes), 'ConfigPort');
        if (settings.status !== 'ERROR_SUCCESS') return settings;
        // Made anew at its turn: another change may have come between.
        const outcome = await ports.change(name, (now) =>
          schema.parse(changedSettings(now, changes)),
        );
        return outcome === 'changed' ? done : unknownPort(name);
      },
    }),
  ];
}

function askingCommands<Settings extends PlainSettings>({
  monitorName,
  ui,
  secrets = [],
}: PortCommandsOptions<Settings>): readonly XcvCommand<PortContext<Settings>>[] {
  type Context = PortContext<Settings>;
  return [
    xcvCommand({
      name: 'GetConfigInfo',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'port',
      input: noInput,
      output: z.record(z.string(), plainValue),
      run: async (context: Context) =>
        ofPort(context, (settings, { name }) => {
          const shown = Object.entries(settings).filter(([key]) => !secrets.includes(key));
          const output = { version: 1, name, ...Object.fromEntries(shown) };
          return { status: 'ERROR_SUCCESS', output };
        }),
    }),
    xcvCommand({
      name: 'MonitorUI',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'either',
      input: noInput,
      output: z.strictObject({ name: z.string(), version: z.int() }),
      run: async (_context: Context) => ({
        status: 'ERROR_SUCCESS',
        output: { name: monitorName, version: ui.version },
      }),
    }),
    xcvCommand({
      name: 'PortExists',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'monitor',
      input: anyName,
      output: z.strictObject({ exists: z.boolean() }),
      run: async ({ ports }: Context, { name }) => ({
        status: 'ERROR_SUCCESS',
        output: { exists: ports.find(name) !== undefined },
      }),
    }),
    xcvCommand({
      name: 'PortIsValid',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'monitor',
      input: anyName,
      output: noOutput,
      run: async (_context: Context, { name }) => {
        const message = portNameProblem(name);
        return message === undefined ? done : { status: 'ERROR_INVALID_NAME', message };
      },
    }),
  ];
}

/** The port's settings, for a command of its handle; ERROR_* where there are none to work with. */
export async function ofPort<Settings, Output>(
  { ports, portName: name = '' }: PortContext<Settings>,
  work: (
    settings: Settings,
    entry: PortEntry<Settings>,
  ) => XcvAnswer<Output> | Promise<XcvAnswer<Output>>,
): Promise<XcvAnswer<Output>> {
  const entry = ports.find(name);
  if (entry === undefined) return unknownPort(name);
  const { settings } = entry;
  return settings.kind === 'invalid' ? invalid(settings.message) : work(settings.settings, entry);
}

const done = { status: 'ERROR_SUCCESS', output: null } as const;

function invalid(message: string): XcvAnswer<never> {
  return { status: 'ERROR_INVALID_DATA', message };
}

export function unknownPort(name: string): XcvAnswer<never> {
  return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${name}"` };
}

/** A port whose stored settings can't be read is mended by naming what is wrong anew. */
function changedSettings<Settings extends PlainSettings>(
  { settings }: PortEntry<Settings>,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { ...(settings.kind === 'read' ? settings.settings : {}), ...changes };
}

function checked<Settings>(
  schema: z.ZodType<Settings>,
  input: unknown,
  command: string,
): XcvAnswer<Settings> {
  const parsed = schema.safeParse(input, plainWords);
  if (parsed.success) return { status: 'ERROR_SUCCESS', output: parsed.data };
  return { status: 'ERROR_INVALID_DATA', message: `${command}: ${describeIssues(parsed.error)}` };
}
