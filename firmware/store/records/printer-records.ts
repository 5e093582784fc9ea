// Records of printers: made, changed, deleted; names are unique in a spooler without regard to case.
import { z } from 'zod';
import { idSchema, momentSchema, printerSchema, printerSettingsSchema } from './payloads.ts';
import { recordRow } from './row.ts';

export const printerRecords = [
  recordRow({
    type: 'printer.created',
    payload: z.object({ printer: printerSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'printer.changed',
    payload: z.object({ id: idSchema, settings: printerSettingsSchema, at: momentSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'printer.deleted',
    payload: z.object({ id: idSchema, at: momentSchema }),
    apply: () => undefined,
  }),
] as const;
