// The shapes of ports, monitors and Xcv calls.
import { z } from 'zod';
import { deviceReasonKeywords } from '../../../monitors/contract.ts';

const deviceReason = z.object({
  keyword: z.enum(deviceReasonKeywords),
  severity: z.enum(['report', 'warning', 'error']),
});

/** `auto`: as the device's 1284 id says; `none`; or the name of a language monitor. */
const portLanguage = z.object({ language: z.string().max(64), bidirectional: z.boolean() });

export const portLanguageChange = z.strictObject(portLanguage.partial().shape);

export const portLanguageAnswer = portLanguage;

const amount = z.union([z.number(), z.enum(['other', 'unknown', 'some'])]);

const words = z.array(z.string()).readonly().optional();
const numbers = z.array(z.number()).readonly().optional();

/** What an IPP device takes, in IPP's words, its default first in each list. */
const deviceTakes = z.object({
  formats: words,
  color: z.boolean().optional(),
  sides: words,
  media: words,
  mediaReady: words,
  mediaSources: words,
  mediaTypes: words,
  marginHundredthsMm: z.number().optional(),
  colorModes: words,
  resolutionsDpi: numbers,
  qualities: numbers,
  finishings: numbers,
  outputBins: words,
  pagesPerMinute: z.number().optional(),
  pagesPerMinuteColor: z.number().optional(),
  rasterTypes: words,
  rasterResolutionsDpi: numbers,
  rasterSheetBack: z.string().optional(),
  urf: words,
});

/** What a device says of itself; a member is absent where it does not say. */
const deviceFacts = z.object({
  makeAndModel: z.string().optional(),
  serialNumber: z.string().optional(),
  deviceId: z.string().optional(),
  consoleText: z.array(z.string()).readonly().optional(),
  pageCount: z.number().optional(),
  supplies: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        kind: z.enum(['consumed', 'filled']),
        unit: z.number(),
        capacity: amount,
        /** How much is left; of a receptacle how much space is left. */
        level: amount,
        colorant: z.string().optional(),
      }),
    )
    .readonly()
    .optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        mediaName: z.string(),
        type: z.number(),
        unit: z.number(),
        capacity: amount,
        level: amount,
      }),
    )
    .readonly()
    .optional(),
  takes: deviceTakes.optional(),
});

export const port = z.object({
  spooler: z.string(),
  info: z.object({
    name: z.string(),
    monitorName: z.string(),
    description: z.string(),
    types: z.array(z.enum(['write', 'read', 'redirected', 'net-attached'])).readonly(),
  }),
  used: z.boolean(),
  state: z.enum(['closed', 'idle', 'busy', 'waiting', 'failed']),
  reasons: z.array(deviceReason).readonly(),
  message: z.string(),
  statuses: z
    .array(
      z.object({
        source: z.enum(['port-monitor', 'language-monitor', 'snmp', 'spooler']),
        reasons: z.array(deviceReason).readonly(),
        message: z.string().optional(),
        busy: z.boolean().optional(),
        atMs: z.number(),
        device: deviceFacts.optional(),
      }),
    )
    .readonly(),
  currentJobId: z.string().optional(),
  /** It backs off: when it is tried again. */
  nextTryInMs: z.number().optional(),
  language: portLanguage,
  /** The language monitor that is on the port now. */
  languageMonitor: z.string().optional(),
});

export const portSettings = z.record(z.string(), z.json()).catch({});

export const portWithSettings = port.extend({ settings: z.record(z.string(), z.json()) });

const fieldBase = { name: z.string(), label: z.string(), help: z.string(), required: z.boolean() };

export const formField = z.discriminatedUnion('type', [
  z.object({
    ...fieldBase,
    type: z.literal('text'),
    maxLength: z.int(),
    initial: z.string().optional(),
  }),
  z.object({
    ...fieldBase,
    type: z.literal('integer'),
    min: z.number(),
    max: z.number(),
    initial: z.number().optional(),
    unit: z.string().optional(),
  }),
  z.object({ ...fieldBase, type: z.literal('boolean'), initial: z.boolean().optional() }),
  z.object({
    ...fieldBase,
    type: z.literal('choice'),
    options: z
      .array(z.object({ value: z.union([z.string(), z.number()]), label: z.string() }))
      .readonly(),
    initial: z.union([z.string(), z.number()]).optional(),
  }),
  z.object({ ...fieldBase, type: z.literal('secret'), maxLength: z.int() }),
]);

export const monitor = z.object({
  spooler: z.string(),
  name: z.string(),
  kind: z.enum(['port', 'language']),
  locality: z.enum(['local', 'network']),
  state: z.enum(['ready', 'absent', 'failed']),
  message: z.string(),
  ui: z.object({
    version: z.literal(1),
    title: z.string(),
    help: z.string(),
    addPort: z.array(formField).readonly(),
    configurePort: z.array(formField).readonly(),
  }),
});

/** The call was delivered; `status` is its outcome. */
export const xcvResult = z.object({
  status: z.string(),
  output: z.unknown().optional(),
  message: z.string().optional(),
});
