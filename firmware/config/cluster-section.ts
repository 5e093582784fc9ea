// Configuration of the pair that belongs to this appliance alone; everything else of the pair is
// set at run time, on both.
import { z } from 'zod';
import { urgencies } from '../../hal/priority.ts';

export const clusterSection = {
  'cluster.datagrams': z
    .boolean()
    .default(true)
    .describe('Send heartbeats by UDP too; they then survive losses that stop TCP.'),
  'cluster.urgency': z
    .enum(urgencies)
    .default('real-time')
    .describe('How soon heartbeats are served on a busy machine; /healthz says what it allows.'),
  'cluster.loopbackIsNetwork': z
    .boolean()
    .default(false)
    .describe('For demonstrations: a printer on a loopback address can be in a group.'),
};
