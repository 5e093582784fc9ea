// `npm run conformance`: ipptool's suites against Platen, and against ippeveprinter and cupsd
// beside it, as a table.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { needPackages } from '../verify/tool-packages.ts';
import { makeSuiteFolder } from './samples/folder.ts';
import { runSuite, type SuiteOutcome } from './ipptool.ts';
import type { Subject } from './subject.ts';
import { cupsdRaw } from './subjects/cupsd.ts';
import { ippeveprinter } from './subjects/ippeveprinter.ts';
import { platenPages, platenRaw } from './subjects/platen.ts';
import { type Suite, suites } from './suites.ts';

/** Platen's are judged; the others stand beside them. */
const judged: readonly Subject[] = [platenRaw, platenPages];
const beside: readonly Subject[] = [ippeveprinter, cupsdRaw];

const usage = `usage: npm run conformance [-- [--only-platen] [--verbose]]
  --only-platen  without ippeveprinter and cupsd
  --verbose      what ipptool says of the peers' failures too
`;

interface Row {
  readonly subject: Subject;
  readonly outcomes: ReadonlyMap<string, SuiteOutcome>;
  /** Why it did not run here. */
  readonly absent?: string;
}

const nameWidth = 22;
const cellWidth = 17;

process.exitCode = await conformance(process.argv.slice(2));

async function conformance(args: readonly string[]): Promise<number> {
  const options = { 'only-platen': { type: 'boolean' }, verbose: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false });
  if (Object.keys(values).some((name) => !Object.hasOwn(options, name))) {
    process.stderr.write(usage);
    return 2;
  }
  const onlyPlaten = values['only-platen'] === true;
  await needPackages(onlyPlaten ? ['conformance'] : ['conformance', 'conformance/beside']);
  const folder = await mkdtemp(join(tmpdir(), 'platen-conformance-'));
  try {
    // cupsd's backends run as another user.
    await chmod(folder, 0o755);
    const suiteFolder = join(folder, 'suites');
    await makeSuiteFolder(suiteFolder);
    const subjects = onlyPlaten ? judged : [...judged, ...beside];
    const rows: Row[] = [];
    for (const subject of subjects) rows.push(await judge(subject, folder, suiteFolder));
    show(rows, values['verbose'] === true);
    return rows.filter(({ subject }) => judged.includes(subject)).every(isFlawless) ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A fresh server and device for each suite: no suite waits for what another one left to print. */
async function judge(subject: Subject, folder: string, suiteFolder: string): Promise<Row> {
  const own = join(folder, subject.name.replaceAll(/[^A-Za-z0-9]+/g, '-'));
  const outcomes = new Map<string, SuiteOutcome>();
  try {
    for (const suite of suites) {
      if (suite.everywhere && !subject.everywhere) continue;
      const place = join(own, suite.file);
      await mkdir(place, { recursive: true, mode: 0o755 });
      outcomes.set(suite.file, await judgeSuite(subject, suite, place, suiteFolder));
      process.stderr.write(`${subject.name}: ${suite.file}\n`);
    }
    return { subject, outcomes };
  } catch (error) {
    return { subject, outcomes, absent: error instanceof Error ? error.message : String(error) };
  }
}

async function judgeSuite(
  subject: Subject,
  { file: suite, version }: Suite,
  place: string,
  folder: string,
): Promise<SuiteOutcome> {
  const running = await subject.start(place);
  try {
    const { file, type } = subject;
    const { uri } = running;
    return await runSuite({ folder, suite, version, uri, file, type });
  } finally {
    await running.stop();
  }
}

function isFlawless({ outcomes, absent }: Row): boolean {
  if (absent !== undefined) return false;
  return [...outcomes.values()].every(
    ({ failed, broken, passed }) => failed.length === 0 && broken === undefined && passed > 0,
  );
}

function show(rows: readonly Row[], verbose: boolean): void {
  const head = suites.map(({ file }) => file.replace('.test', '').padEnd(cellWidth));
  const lines = [`${'pass / fail / skip'.padEnd(nameWidth)}${head.join('')}`.trimEnd()];
  for (const { subject, outcomes, absent } of rows) {
    const cells = suites.map(({ file }) => cellOf(outcomes.get(file)).padEnd(cellWidth));
    lines.push(`${subject.name.padEnd(nameWidth)}${cells.join('')}`.trimEnd());
    if (absent !== undefined) lines.push(`  did not run here: ${absent}`);
  }
  for (const row of rows) {
    if (verbose || judged.includes(row.subject)) lines.push(...failuresOf(row));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function cellOf(outcome: SuiteOutcome | undefined): string {
  if (outcome === undefined) return '-';
  const { passed, failed, skipped, broken } = outcome;
  return `${passed} / ${failed.length} / ${skipped}${broken === undefined ? '' : ' !'}`;
}

function failuresOf({ subject, outcomes }: Row): readonly string[] {
  return [...outcomes].flatMap(([file, { failed, broken }]) => [
    ...(broken === undefined ? [] : [`${subject.name}, ${file}: ${broken}`]),
    ...failed.flatMap(({ name, lines }) => [
      `${subject.name}, ${file}: ${name}`,
      ...lines.map((line) => `    ${line}`),
    ]),
  ]);
}
