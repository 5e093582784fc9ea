// The shapes of devices that printers can be made of.
import { z } from 'zod';
import { deviceSources } from '../../devices/contract.ts';

export const device = z.object({
  key: z.string(),
  source: z.enum(deviceSources),
  name: z.string(),
  location: z.string(),
  serialNumber: z.string(),
  address: z.string(),
  deviceId: z.string(),
  commandSets: z.array(z.string()).readonly(),
  port: z.object({
    monitor: z.string(),
    input: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  language: z.string().optional(),
  usedBy: z.string().optional(),
});

export const newDevicePrinter = z.strictObject({
  key: z.string().min(1).max(2_048),
  name: z.string().max(127).optional(),
});

export const devicePrinter = z.object({
  printer: z.object({ id: z.string(), name: z.string() }),
  portName: z.string(),
});
