// The appliance under test: a process of its own over one data folder, asked through its socket.
import { request } from 'node:http';
import { z } from 'zod';
import { startPlaten, type Platen } from '../up/platen.ts';
import { type PlatenCommand, platenFromSources } from '../up/processes.ts';
import type { SeenJob } from './verdict.ts';

const pageJobs = 500;

const jobsPage = z.object({
  items: z.array(
    z.object({
      number: z.int(),
      state: z.string(),
      incoming: z.boolean(),
      possiblyPrintedTwice: z.boolean(),
      documents: z.array(z.object({ digest: z.string() })),
    }),
  ),
  next: z.string().optional(),
});

type ListedJob = z.infer<typeof jobsPage>['items'][number];

const systemShown = z.object({
  health: z.object({ status: z.string(), problems: z.array(z.string()) }),
  addresses: z.array(z.object({ what: z.string(), address: z.string() })),
});

const printerShown = z.object({
  status: z.object({ message: z.string() }),
  addresses: z.object({ rawPort: z.int().optional() }),
});

export interface CrashAppliance {
  readonly platen: Platen;
  readonly socketPath: string;
  readonly lpdPort: number;
  /** `what`: a switch of the API. */
  switchPrinter(printer: string, what: string): Promise<void>;
  rawPort(printer: string): Promise<number | undefined>;
  /** Jobs that wait or print; held ones are at rest, and what a dead client sent never arrives. */
  unfinished(): Promise<number>;
  /** It lives, and nothing is wrong. */
  isWell(): Promise<boolean>;
  completedDigests(): Promise<readonly string[]>;
  /** Jobs above this number, and the highest number. */
  jobsAfter(
    number: number,
  ): Promise<{ readonly jobs: readonly SeenJob[]; readonly lastNumber: number }>;
}

export async function startAppliance(
  data: string,
  command: PlatenCommand = platenFromSources,
): Promise<CrashAppliance> {
  const platen = await startPlaten(command, data);
  const socketPath = `${data}/platen.sock`;
  const list = async (query: string) =>
    jobsPage.parse(await call(socketPath, 'GET', `/jobs?${query}`));
  const { addresses } = systemShown.parse(await call(socketPath, 'GET', '/system'));
  const lpd = addresses.find(({ what }) => what === 'lpd')?.address ?? '';
  return {
    platen,
    socketPath,
    lpdPort: Number(/:(\d+)\/?$/.exec(lpd)?.[1]),
    async switchPrinter(printer, what) {
      await call(socketPath, 'POST', `/printers/${printer}/${what}`);
    },
    async rawPort(printer) {
      const shown = printerShown.parse(await call(socketPath, 'GET', `/printers/${printer}`));
      return shown.addresses.rawPort;
    },
    async unfinished() {
      const { items } = await list(`which=not-completed&limit=${pageJobs}`);
      return items.filter(({ state, incoming }) => state !== 'pending-held' && !incoming).length;
    },
    async isWell() {
      const { health } = systemShown.parse(await call(socketPath, 'GET', '/system'));
      return health.status === 'ok' && health.problems.length === 0;
    },
    async completedDigests() {
      const { items } = await list('which=completed&limit=100');
      return items.filter(({ state }) => state === 'completed').flatMap(digestsOf);
    },
    async jobsAfter(number) {
      const all: ListedJob[] = [];
      let after = '';
      for (;;) {
        const page = await list(`which=all&limit=${pageJobs}${after}`);
        all.push(...page.items.filter((job) => job.number > number));
        const isLast = page.next === undefined || page.items.some((job) => job.number <= number);
        if (isLast) break;
        after = `&after=${page.next}`;
      }
      const jobs = all.flatMap((job) => digestsOf(job).map((digest) => ({ ...job, digest })));
      return { jobs, lastNumber: Math.max(number, ...all.map((job) => job.number)) };
    },
  };
}

function digestsOf({ documents }: ListedJob): readonly string[] {
  return documents.map(({ digest }) => digest);
}

const jsonBody = { 'content-type': 'application/json' } as const;

function call(socketPath: string, method: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, method, path: `/api/v1${path}`, headers: jsonBody },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      },
    );
    asked.once('error', reject);
    asked.end(method === 'POST' ? '{}' : undefined);
  });
}
