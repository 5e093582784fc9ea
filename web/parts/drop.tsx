// Where files are dropped, or chosen, to print them.
import type { JobView, PrinterView } from '../../firmware/api/types.ts';
import { useId, useState } from 'preact/hooks';
import { t } from '../text.ts';
import { upload } from '../wire/api.ts';
import { attempt, tell } from '../state/told.ts';

const anyFormat = 'application/octet-stream';

/** A printer that says nothing of its formats gets everything; the others refuse what they can't. */
function formatOf(file: File, { formats }: PrinterView): string {
  const saysNothing = formats.every((format) => format === anyFormat);
  return saysNothing || file.type === '' ? anyFormat : file.type;
}

interface DropProps {
  readonly printer: PrinterView;
  /** How the API calls it. */
  readonly path: string;
}

export function Drop({ printer, path }: DropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ readonly file: string; readonly share: number }>();
  const print = async (file: File): Promise<void> => {
    setSending({ file: file.name, share: 0 });
    const job = await attempt(() =>
      upload<JobView>(
        `${path}/jobs`,
        { name: file.name, format: formatOf(file, printer) },
        file,
        (share) => setSending({ file: file.name, share }),
      ),
    );
    setSending(undefined);
    if (job !== undefined) tell(t('printer.sent', { file: file.name, number: job.number }));
  };
  /** One after the other, in their order: each has its own progress. */
  const printAll = async (files: Iterable<File>): Promise<void> => {
    for (const file of files) await print(file);
  };
  const percent = Math.floor((sending?.share ?? 0) * 100);
  return (
    <div
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void printAll([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {sending === undefined ? (
        <>
          <label for={id}>{t('printer.drop', { name: printer.name })}</label>
          <input
            id={id}
            type="file"
            multiple
            onChange={({ currentTarget }) => {
              void printAll([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
        </>
      ) : (
        <>
          <span role="status">{t('printer.uploading', { file: sending.file, percent })}</span>
          <progress value={percent} max={100} aria-label={sending.file} />
        </>
      )}
    </div>
  );
}
