// One printer: how it is, its jobs, how clients reach it, and its settings.
import type { PortView, PrinterView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Drop } from '../parts/drop.tsx';
import { JobsPlot } from '../parts/jobs-plot.tsx';
import { PortForm } from '../parts/port-form.tsx';
import { PrinterOptions } from '../parts/printer-options.tsx';
import { PrinterFiles } from '../parts/printer-files.tsx';
import { PrinterComplaints, PrinterState } from '../parts/printer-state.tsx';
import { Supplies } from '../parts/supplies.tsx';
import { printers, printersKnown } from '../state/live.ts';
import { groupOf, groups } from '../state/pair.ts';
import { isAdministrator, isOperator } from '../state/session.ts';
import { attempt, tell } from '../state/told.ts';
import { reasonText, said, t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { JobLists } from './jobs.tsx';

const mostPorts = 1_000;
const lookAgainMs = 2_000;

/** By id; or `group/name`, which its owner answers for, whichever box that is. */
export function Printer({ id }: { readonly id: string }) {
  const { printer, gone } = usePrinter(id);
  if (printer === undefined) {
    return <main id="content">{gone ? t('app.not-found') : t('app.loading')}</main>;
  }
  const path = `/printers/${encodeURIComponent(id)}`;
  return (
    <main id="content">
      <h1>{printer.name}</h1>
      <p class="row">
        <PrinterState printer={printer} />
        {printer.holdNewJobs ? <span class="state">{t('printer.holding')}</span> : null}
        <span class="place">{printer.location}</span>
      </p>
      <PrinterComplaints printer={printer} />
      <Supplies printer={printer} />
      {isOperator() ? <Switches printer={printer} path={path} /> : null}
      {isOperator() ? <Drop printer={printer} path={path} /> : null}
      <section aria-labelledby="jobs">
        <h2 id="jobs">{t('printer.jobs')}</h2>
        <JobLists key={id} printerId={id} />
      </section>
      <JobsPlot printerId={id} />
      <Addresses printer={printer} />
      <Ports names={printer.portNames} spooler={printer.spooler} />
      <PrinterFiles path={path} />
      {isAdministrator() ? <PrinterOptions key={printer.id} printer={printer} path={path} /> : null}
    </main>
  );
}

/** The peer's printers make no events here: they are looked at again and again. */
function usePrinter(id: string) {
  const group = groups.value.find(({ name }) => name === groupOf(id));
  const known =
    printers.value.get(id) ??
    [...printers.value.values()].find(
      ({ spooler, name }) => spooler === group?.id && id === `${group.name}/${name}`,
    );
  const [asked, setAsked] = useState<PrinterView>();
  const [gone, setGone] = useState(false);
  const isElsewhere = known === undefined && groupOf(id) !== undefined;
  useEffect(() => {
    if (!isElsewhere) return undefined;
    const look = (): void => {
      void askOrNothing(id).then((printer) => {
        setGone(printer === undefined);
        return printer === undefined ? undefined : setAsked(printer);
      });
    };
    look();
    const timer = setInterval(look, lookAgainMs);
    return () => clearInterval(timer);
  }, [id, isElsewhere]);
  const printer = known ?? (isElsewhere ? asked : undefined);
  return { printer, gone: isElsewhere ? gone : printersKnown.value };
}

async function askOrNothing(id: string): Promise<PrinterView | undefined> {
  try {
    return await ask<PrinterView>(`/printers/${encodeURIComponent(id)}`);
  } catch {
    // Its owner does not answer, or has no such printer: both are shown alike.
    return undefined;
  }
}

interface PartProps {
  readonly printer: PrinterView;
  /** How the API calls it. */
  readonly path: string;
}

function Switches({ printer, path }: PartProps) {
  const { enabled, accepting, holdNewJobs } = printer;
  const operate = (what: string) => async (): Promise<void> => {
    await ask(`${path}/${what}`, { json: {} });
  };
  return (
    <div class="row">
      <Button
        kind="main"
        run={async () => {
          const { number } = await ask<{ readonly number: number }>(`${path}/test-page`, {
            method: 'POST',
          });
          tell(t('printer.test-sent', { number }));
        }}
      >
        {t('do.test-page')}
      </Button>
      <Button
        run={async () => {
          const { number } = await ask<{ readonly number: number }>(`${path}/configuration-page`, {
            method: 'POST',
          });
          tell(t('printer.configuration-sent', { number }));
        }}
      >
        {t('do.configuration-page')}
      </Button>
      <Button run={operate(enabled ? 'disable' : 'enable')}>
        {t(enabled ? 'do.disable' : 'do.enable')}
      </Button>
      <Button run={operate(accepting ? 'reject' : 'accept')}>
        {t(accepting ? 'do.reject' : 'do.accept')}
      </Button>
      <Button run={operate(holdNewJobs ? 'release-held-new-jobs' : 'hold-new-jobs')}>
        {t(holdNewJobs ? 'do.release-held-new-jobs' : 'do.hold-new-jobs')}
      </Button>
    </div>
  );
}

function Addresses({ printer }: { readonly printer: PrinterView }) {
  const { ipp, rawPort } = printer.addresses;
  return (
    <section aria-labelledby="addresses">
      <h2 id="addresses">{t('printer.addresses')}</h2>
      <ul>
        {ipp === undefined ? null : (
          <li>
            IPP: <code>{ipp}</code>
          </li>
        )}
        {rawPort === undefined ? null : (
          <li>
            Raw 9100: <code>{`${location.hostname}:${rawPort}`}</code>
          </li>
        )}
        <li>
          LPD: <code>{`${location.hostname} / ${printer.name}`}</code>
        </li>
      </ul>
    </section>
  );
}

interface PortsProps {
  readonly names: readonly string[];
  /** The id of whose ports they are. */
  readonly spooler: string;
}

function Ports({ names, spooler }: PortsProps) {
  const [ports, setPorts] = useState<readonly PortView[]>([]);
  const wanted = names.join('\n');
  useEffect(() => {
    void attempt(async () => {
      const { items } = await ask<{ readonly items: readonly PortView[] }>('/ports', {
        query: { limit: mostPorts, spooler },
      });
      const mine = new Set(wanted.split('\n'));
      setPorts(items.filter(({ info }) => mine.has(info.name)));
    });
  }, [wanted, printers.value]);
  return (
    <section aria-labelledby="ports">
      <h2 id="ports">{t('printer.ports')}</h2>
      <ul>
        {ports.map((port) => (
          <li key={port.info.name}>
            <strong>{port.info.name}</strong> {port.info.description}
            {port.reasons.map(({ keyword }) => (
              <small key={keyword}> {reasonText(keyword)}</small>
            ))}
            {port.message === '' ? null : <small> {said(port.message)}</small>}
            {isAdministrator() ? <PortForm port={port} spooler={spooler} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
