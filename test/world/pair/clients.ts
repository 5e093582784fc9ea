// Clients of the simulated group: they print to its address, wherever that is; some uploads are
// slow, and some break off.
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { PairBox } from './box.ts';
import type { Judge } from './judge.ts';
import type { Network } from './network.ts';
import { documentOf } from './paper.ts';
import type { TemplatePrinter } from './template.ts';

export interface ClientsOptions {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly judge: Judge;
  readonly boxes: readonly [PairBox, PairBox];
  readonly printers: readonly [TemplatePrinter, ...TemplatePrinter[]];
  readonly untilMs: number;
  /** `exposed: refuse`: nothing is acknowledged that one box alone has. */
  readonly refusesAlone: boolean;
}

interface Upload {
  readonly number: number;
  readonly name: string;
  readonly printer: TemplatePrinter;
  readonly bytes: Uint8Array;
  readonly pauseMs: number;
  readonly breaksOff: boolean;
}

const origin = { door: 'ipp', userName: 'client', address: '', authenticated: false } as const;

export function startClients(options: ClientsOptions): void {
  const { timeline, random, boxes } = options;
  let number = 0;
  const next = () => {
    if (timeline.nowMs > options.untilMs) return;
    number += 1;
    // A few are too large to be kept within a segment.
    const sizeBytes = random.chance(0.01) ? 70_000 : random.integer(30, 400);
    const upload: Upload = {
      number,
      name: `job-${number}`,
      printer: random.pick(options.printers),
      bytes: documentOf(number, sizeBytes),
      pauseMs: random.chance(0.2) ? random.between(10, 400) : 0,
      breaksOff: random.chance(0.06),
    };
    const order = random.chance(0.5) ? boxes : [boxes[1], boxes[0]];
    timeline.after(random.between(5, 300), () => print(options, order, upload));
    timeline.after(random.between(200, 1_500), next);
  };
  timeline.at(1_000, next);
}

function print(options: ClientsOptions, order: readonly PairBox[], document: Upload): void {
  const { network, timeline, judge } = options;
  // Whichever kernel has the address, and may be both in a bad moment.
  const box = order.find((each) => each.running && each.kernel.addressOn);
  if (box === undefined || network.link(box.name, 'gateway').cut) return;
  const { name, printer, bytes } = document;
  if (document.breaksOff) judge.neverPrinted(name);
  const spooler = box.spooler;
  if (spooler === undefined) return;
  timeline.touch();
  const request = {
    printerId: printer.id,
    name,
    origin,
    document: { name, format: 'application/octet-stream' },
  };
  const upload = async () => {
    const answer = await spooler.intake.accept(streamOf(options, box, document), request);
    const { state } = box;
    if (answer.kind !== 'accepted' || state === undefined) return;
    judge.acted({ node: box.name, term: state.durable.term }, `acknowledges ${name}`);
    const alone = state.stepping.phase === 'exposed';
    judge.acknowledged(name, bytes.length, alone);
    const other = order.find((each) => each !== box);
    if (alone && !options.refusesAlone) return;
    if (other?.report.job(name) === undefined) {
      judge.report(1, `${name} was acknowledged, and ${box.name} alone has it`);
    }
  };
  void upload();
}

async function* streamOf(
  { timeline }: ClientsOptions,
  box: PairBox,
  { bytes, pauseMs, breaksOff }: Upload,
): AsyncGenerator<Uint8Array> {
  const half = Math.floor(bytes.length / 2);
  yield bytes.subarray(0, half);
  if (pauseMs > 0) {
    await new Promise<void>((resolve) => {
      timeline.after(pauseMs, () =>
        box.run(() => {
          timeline.touch();
          resolve();
        }),
      );
    });
  }
  if (breaksOff) throw new Error('the client went away');
  yield bytes.subarray(half);
}
