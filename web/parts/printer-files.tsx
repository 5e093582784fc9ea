// The files that a printer has for its clients: drivers, profiles, forms; uploaded and removed here.
import type { PageView, QueueFileView } from '../../firmware/api/types.ts';
import { useEffect, useId, useState } from 'preact/hooks';
import { isAdministrator } from '../state/session.ts';
import { attempt, tell } from '../state/told.ts';
import { bytesText, t } from '../text.ts';
import { ask, upload } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';

const longestName = 63;

/** `path` is how the API calls the printer. */
export function PrinterFiles({ path }: { readonly path: string }) {
  const [files, setFiles] = useState<readonly QueueFileView[]>([]);
  const read = async (): Promise<void> =>
    setFiles((await ask<PageView<QueueFileView>>(`${path}/files`)).items);
  useEffect(() => void attempt(read), [path]);
  if (files.length === 0 && !isAdministrator()) return null;
  return (
    <section aria-labelledby="files">
      <h2 id="files">{t('printer.files')}</h2>
      {files.length === 0 ? <p>{t('files.none')}</p> : <FileTable {...{ files, path, read }} />}
      {isAdministrator() ? <AddFile path={path} onAdded={read} /> : null}
    </section>
  );
}

interface FileTableProps {
  readonly files: readonly QueueFileView[];
  readonly path: string;
  readonly read: () => Promise<void>;
}

function FileTable({ files, path, read }: FileTableProps) {
  const remove = async ({ directory, name }: QueueFileView): Promise<void> => {
    if (!(await confirm(t('files.remove-sure', { name }), t('do.remove')))) return;
    const place = directory === '' ? name : `${directory}\\${name}`;
    await ask(`${path}/files/${encodeURIComponent(place)}`, { method: 'DELETE' });
    await read();
  };
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">{t('files.name')}</th>
          <th scope="col">{t('files.component')}</th>
          <th scope="col">{t('jobs.size')}</th>
          {isAdministrator() ? <th scope="col">{t('jobs.actions')}</th> : null}
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <tr key={`${file.directory}\\${file.name}`}>
            <td data-label={t('files.name')} class="name">
              {file.name} <small>{file.title === file.name ? file.directory : file.title}</small>
            </td>
            <td data-label={t('files.component')}>{file.component}</td>
            <td data-label={t('jobs.size')}>{bytesText(file.sizeBytes)}</td>
            {isAdministrator() ? (
              <td data-label={t('jobs.actions')}>
                <Button
                  kind="danger"
                  label={`${t('do.remove')}: ${file.name}`}
                  run={() => remove(file)}
                >
                  {t('do.remove')}
                </Button>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface AddFileProps {
  readonly path: string;
  readonly onAdded: () => Promise<void>;
}

function AddFile({ path, onAdded }: AddFileProps) {
  const id = useId();
  const [component, setComponent] = useState('');
  const [percent, setPercent] = useState<number>();
  const add = async (file: File): Promise<void> => {
    setPercent(0);
    const query = { name: file.name, component: component.trim() || t('files.component-default') };
    const kept = await attempt(() =>
      upload<QueueFileView>(`${path}/files`, query, file, (share) => setPercent(share * 100)),
    );
    setPercent(undefined);
    if (kept === undefined) return;
    tell(t('files.added', { name: kept.name }));
    await onAdded();
  };
  return (
    <details>
      <summary>{t('files.add')}</summary>
      <div class="field">
        <label for={`${id}-component`}>{t('files.component')}</label>
        <input
          id={`${id}-component`}
          type="text"
          maxLength={longestName}
          placeholder={t('files.component-default')}
          value={component}
          onInput={({ currentTarget }) => setComponent(currentTarget.value)}
        />
        <small>{t('files.component-help')}</small>
      </div>
      <div class="field">
        <label for={`${id}-file`}>{t('files.file')}</label>
        <input
          id={`${id}-file`}
          type="file"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) void add(file);
            currentTarget.value = '';
          }}
        />
      </div>
      {percent === undefined ? null : (
        <progress value={percent} max={100} aria-label={t('files.file')} />
      )}
    </details>
  );
}
