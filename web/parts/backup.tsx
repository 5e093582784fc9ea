// Backup and restore: one sealed file out, one in; what is in it is shown before anything is
// replaced.
import type { BackupSummaryView } from '../../firmware/api/types.ts';
import { useState } from 'preact/hooks';
import { tell } from '../state/told.ts';
import { t, timeText } from '../text.ts';
import { ask, download, upload } from '../wire/api.ts';
import { confirm } from './confirm.tsx';
import { FileForm } from './file-form.tsx';

const shortestPassphrase = 10;

export function Backup() {
  const secret = {
    name: 'passphrase',
    label: t('system.backup-password'),
    minLength: shortestPassphrase,
  };
  const [percent, setPercent] = useState<number>();
  return (
    <section aria-labelledby="backup">
      <h2 id="backup">{t('system.backup')}</h2>
      <p>{t('system.backup-lead')}</p>
      <details>
        <summary>{t('system.backup-make')}</summary>
        <FileForm
          files={[]}
          secret={secret}
          submit={t('do.download')}
          onSubmit={(_files, passphrase) => download('/backup', { passphrase })}
        />
      </details>
      <details>
        <summary>{t('system.backup-restore')}</summary>
        {percent === undefined ? null : (
          <progress value={percent} max={100} aria-label={t('system.backup-file')} />
        )}
        <FileForm
          files={[{ name: 'file', label: t('system.backup-file') }]}
          secret={secret}
          submit={t('system.backup-check')}
          onSubmit={async ({ file }, passphrase) => {
            if (file === undefined) return;
            await upload('/restore', {}, file, (share) => setPercent(share * 100));
            setPercent(undefined);
            const found = await ask<BackupSummaryView>('/restore/check', { json: { passphrase } });
            if (!(await confirm(summaryText(found), t('system.backup-restore')))) {
              await ask('/restore', { method: 'DELETE' });
              return;
            }
            const json = { passphrase, discardJobs: found.waitingJobs > 0 };
            await ask('/restore/apply', { json });
            tell(t('system.backup-done'));
          }}
        />
      </details>
    </section>
  );
}

function summaryText(found: BackupSummaryView): string {
  const { hostName, madeAt, version, printers, waitingJobs } = found;
  const what = t('system.backup-holds', {
    host: hostName,
    time: timeText(madeAt),
    version,
    printers: printers.length,
  });
  const jobs = waitingJobs === 0 ? '' : ` ${t('system.backup-jobs', { count: waitingJobs })}`;
  return `${what} ${t('system.backup-sure')}${jobs}`;
}
