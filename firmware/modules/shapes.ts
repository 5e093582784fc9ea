// What a loaded module may answer, checked: it is written without our types.
import { z } from 'zod';
import { deviceReasonKeywords } from '../../monitors/contract.ts';
import { type Win32Status, win32Statuses } from '../../monitors/win32-status.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';

const reasons = z
  .array(
    z.object({
      keyword: z.enum(deviceReasonKeywords),
      severity: z.enum(['report', 'warning', 'error']),
    }),
  )
  .readonly();
const bytes = z.int().min(0);
const field = { name: z.string(), label: z.string(), help: z.string(), required: z.boolean() };

/** A field of the UI half. */
const formField = z.discriminatedUnion('type', [
  z.object({
    ...field,
    type: z.literal('text'),
    maxLength: z.int(),
    initial: z.string().exactOptional(),
  }),
  z.object({
    ...field,
    type: z.literal('integer'),
    min: z.number(),
    max: z.number(),
    initial: z.number().exactOptional(),
    unit: z.string().exactOptional(),
  }),
  z.object({ ...field, type: z.literal('boolean'), initial: z.boolean().exactOptional() }),
  z.object({
    ...field,
    type: z.literal('choice'),
    options: z
      .array(z.object({ value: z.union([z.string(), z.number()]), label: z.string() }))
      .readonly(),
    initial: z.union([z.string(), z.number()]).exactOptional(),
  }),
  z.object({ ...field, type: z.literal('secret'), maxLength: z.int() }),
]);

const message = z.string();

export const win32Status = z.string().regex(/^ERROR_[A-Z_]+$/);

const ui = z.object({
  version: z.literal(1),
  title: z.string(),
  help: z.string(),
  addPort: z.array(formField).readonly(),
  configurePort: z.array(formField).readonly(),
});
const entries = { converted: z.boolean(), unconverted: z.boolean(), ui };
const locality = z.enum(['local', 'network']);

const words = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'is lower-case letters, digits and "-"'),
});

/** What a module says of itself. A language monitor opens nothing: what is local is the port. */
export const moduleWords = z.discriminatedUnion(
  'kind',
  [
    words.extend({ kind: z.literal('port'), locality, ...entries }),
    words.extend({
      kind: z.literal('language'),
      locality: locality.default('network'),
      /** As they are compared. */
      commandSets: z.array(z.string().min(1).toUpperCase()).max(limits.commandSets).default([]),
      ...entries,
    }),
  ],
  { error: 'its kind is "port" or "language"' },
);

export const portInfos = z.array(
  z.object({
    name: z.string(),
    monitorName: z.string(),
    description: z.string(),
    types: z.array(z.enum(['write', 'read', 'redirected', 'net-attached'])).readonly(),
    host: z.string().exactOptional(),
  }),
);

const offers = z.array(z.string()).readonly();

export const offersAnswer = z.object({ offers });

export const openAnswer = z.object({
  status: win32Status,
  message: z.string().exactOptional(),
  offers: offers.default([]),
});

export const startOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), localPort: z.int().exactOptional() }),
  z.object({ kind: z.literal('waiting'), reasons, message }),
  z.object({ kind: z.literal('failed'), status: win32Status, message }),
]);

export const writeOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('written'), writtenBytes: bytes }),
  z.object({ kind: z.literal('waiting'), writtenBytes: bytes, reasons, message }),
  z.object({ kind: z.literal('failed'), writtenBytes: bytes, reasons, message }),
]);

export const portOutcome = z.object({
  deliveredBytes: bytes,
  outcome: z.enum(['printed', 'sent', 'failed']),
  reasons,
  message: z.string().exactOptional(),
  pages: z.int().min(0).exactOptional(),
  cancelledAtDevice: z.boolean().exactOptional(),
});

export const readBytes = z.instanceof(Uint8Array);

export const xcvAnswer = z.object({
  status: win32Status,
  output: z.json().exactOptional(),
  message: z.string().exactOptional(),
});

export const printerData = z.json().optional();

const statusFacts = {
  reasons,
  message: z.string().exactOptional(),
  busy: z.boolean().exactOptional(),
  atMs: z.number(),
};

/** Each kind of module speaks for itself alone. */
export const deviceStatus = {
  port: z.object({ source: z.literal('port-monitor'), ...statusFacts }),
  language: z.object({ source: z.literal('language-monitor'), ...statusFacts }),
} as const;

export const logLevel = z.enum(['debug', 'info', 'warn']);
export const logFacts = z.record(z.string(), z.json()).optional();

/** A status of a name that is none is a module's mistake. */
export function statusOf(text: string): Win32Status {
  return isStatus(text) ? text : 'ERROR_INVALID_DATA';
}

function isStatus(text: string): text is Win32Status {
  return Object.hasOwn(win32Statuses, text);
}
