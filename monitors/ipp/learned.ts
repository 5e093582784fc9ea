// What a printer said that it takes, as the port keeps it: clients are told what a printer takes
// that is off just now, and their documents wait for it.
import { z } from 'zod';
import type { DeviceFacts } from '../device-facts.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import type { IppSettings } from './settings.ts';

const words = z.array(z.string()).readonly().exactOptional();
const numbers = z.array(z.number()).readonly().exactOptional();

const schema = z.object({
  /** Of another address nothing is known. */
  uri: z.string(),
  makeAndModel: z.string().exactOptional(),
  deviceId: z.string().exactOptional(),
  takes: z.object({
    formats: words,
    color: z.boolean().exactOptional(),
    sides: words,
    media: words,
    mediaReady: words,
    mediaSources: words,
    mediaTypes: words,
    marginHundredthsMm: z.number().exactOptional(),
    colorModes: words,
    resolutionsDpi: numbers,
    qualities: numbers,
    finishings: numbers,
    outputBins: words,
    pagesPerMinute: z.number().exactOptional(),
    pagesPerMinuteColor: z.number().exactOptional(),
    rasterTypes: words,
    rasterResolutionsDpi: numbers,
    rasterSheetBack: z.string().exactOptional(),
    urf: words,
  }),
});

/** Without what changes by the hour. Empty where it is too much to keep. */
export function learnedFrom(uri: string, facts: DeviceFacts): string {
  const { takes = {}, makeAndModel, deviceId } = facts;
  const text = JSON.stringify({ uri, makeAndModel, deviceId, takes });
  return text.length > limits.learnedLength ? '' : text;
}

/** Undefined: nothing, of another address, or of another version. */
export function learnedOf({ uri, learned }: IppSettings): DeviceFacts | undefined {
  if (learned === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(learned);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success || parsed.data.uri !== uri) return undefined;
  const { uri: _, ...facts } = parsed.data;
  return facts;
}
