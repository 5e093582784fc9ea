// The configuration's table: every key with its schema, default and help, made of the section files
// beside it.
import { z } from 'zod';
import { clusterSection } from './cluster-section.ts';
import { dataSection } from './data-section.ts';
import { devicesSection } from './devices-section.ts';
import { discoverySection } from './discovery-section.ts';
import { doorsSection } from './doors-section.ts';
import { listenSection } from './listen-section.ts';
import { logSection } from './log-section.ts';
import { tellingSection } from './telling-section.ts';
import { networkSection } from './network-section.ts';
import { snmpSection } from './snmp-section.ts';
import { spoolerSection } from './spooler-section.ts';

const sections = {
  ...clusterSection,
  ...dataSection,
  ...devicesSection,
  ...discoverySection,
  ...doorsSection,
  ...listenSection,
  ...logSection,
  ...networkSection,
  ...snmpSection,
  ...spoolerSection,
  ...tellingSection,
};

const configSchema = z.object(sections);

/** All values by their dotted keys, as `--set` writes them. */
export type Config = Readonly<z.infer<typeof configSchema>>;

/** One key as `platen config` shows it. */
export interface ConfigRow {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly default: unknown;
  readonly help: string;
  /** The name of its environment variable. */
  readonly variable: string;
  /** Never shown. */
  readonly secret: boolean;
}

export const configRows: readonly ConfigRow[] = Object.entries(configSchema.shape).map(
  ([key, schema]) => ({
    key,
    schema,
    default: schema.parse(undefined),
    help: schema.description ?? '',
    variable: variableOf(key),
    secret: schema.meta()?.['secret'] === true,
  }),
);

/** Checks a whole set of values and fills in the defaults. */
export function completeConfig(values: Readonly<Record<string, unknown>>): Config {
  return configSchema.parse(values);
}

/**
 * `listen.http` is PLATEN_LISTEN_HTTP, `cluster.loopbackIsNetwork`
 * PLATEN_CLUSTER_LOOPBACK_IS_NETWORK.
 */
function variableOf(key: string): string {
  const words = key.replaceAll('.', '_').replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `PLATEN_${words.toUpperCase()}`;
}
