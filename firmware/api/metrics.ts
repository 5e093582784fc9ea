// The metrics page: a few gauges in Prometheus's text format.
import { deviceFactsOf } from '../printers/device-facts.ts';
import { percentOf } from '../servers/ipp/describe-device.ts';
import type { ApiServices } from './services.ts';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export async function metricsText(services: ApiServices): Promise<string> {
  return (await collect(services)).map(format).join('');
}

async function collect({ directory, appliance, clock }: ApiServices): Promise<readonly Metric[]> {
  const queues = await Promise.all(
    directory.all().map(async ({ id, printers, ports }) =>
      Promise.all(
        (await printers.list()).map(async (printer) => ({
          labels: { spooler: id, printer: printer.name },
          status: await printers.status(printer.id),
          device: deviceFactsOf(printer.portNames, await ports.list()),
        })),
      ),
    ),
  );
  const printers = queues.flat();
  return [
    {
      name: 'platen_info',
      help: 'The version that runs.',
      samples: [{ labels: { version: appliance.version }, value: 1 }],
    },
    {
      name: 'platen_uptime_seconds',
      help: 'Seconds since the start.',
      samples: [{ labels: {}, value: (clock.monotonicMs() - appliance.startedAtMs) / 1000 }],
    },
    {
      name: 'platen_resident_memory_bytes',
      help: 'Memory of the process that is resident.',
      samples: [{ labels: {}, value: process.memoryUsage.rss() }],
    },
    {
      name: 'platen_spooler_alive',
      help: '1 where the spooler works.',
      samples: directory.all().map((spooler) => ({
        labels: { spooler: spooler.id },
        value: Number(spooler.looksAlive().alive),
      })),
    },
    {
      name: 'platen_printer_jobs_queued',
      help: 'Jobs that are not ended.',
      samples: printers.map(({ labels, status }) => ({ labels, value: status.queuedJobCount })),
    },
    {
      name: 'platen_printer_supply_percent',
      help: 'What is left of a supply, and how full a receptacle is, where the printer says so.',
      samples: printers.flatMap(({ labels, device: { supplies = [] } }) =>
        supplies.flatMap((supply, at) => {
          const value = percentOf(supply);
          if (value === undefined) return [];
          const { name, type } = supply;
          return [{ labels: { ...labels, supply: name, type, index: `${at + 1}` }, value }];
        }),
      ),
    },
    {
      name: 'platen_printer_pages',
      help: 'Impressions in the life of a printer, where it says so.',
      samples: printers.flatMap(({ labels, device: { pageCount } }) =>
        pageCount === undefined ? [] : [{ labels, value: pageCount }],
      ),
    },
    {
      name: 'platen_printer_stopped',
      help: '1 where the printer is stopped or its device waits for someone.',
      samples: printers.map(({ labels, status }) => ({
        labels,
        value: Number(status.state === 'stopped'),
      })),
    },
  ];
}

function format({ name, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
