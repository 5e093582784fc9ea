// The threads of the appliance: each is a file beside this one, and an asset of the single file.

export const workerNames = ['store-worker', 'pair-worker', 'module-worker'] as const;

export type WorkerName = (typeof workerNames)[number];

/** The name under which the single file carries the bundled source text of a worker. */
export function workerAsset(name: WorkerName): string {
  return `worker/${name}.js`;
}
