// Rows of the API: backup and restore. A file is handed in first, then checked or restored.
import type { z } from 'zod';
import type { BackupAnswer, Backups } from '../../backup/contract.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { administrators } from '../rights.ts';
import {
  fileRoute,
  jsonRoute,
  noBody,
  noParams,
  noQuery,
  type Route,
  streamBody,
} from '../route.ts';
import {
  backupSummary,
  declaredGroups,
  passphraseInput,
  restoreInput,
  takenBackup,
} from '../schemas/backup.ts';
import type { ApiServices } from '../services.ts';

const administering = {
  tag: 'system',
  who: administrators,
  params: noParams,
  query: noQuery,
} as const;

export const backupRoutes: readonly Route[] = [
  fileRoute({
    ...administering,
    method: 'POST',
    path: '/backup',
    summary: 'All that is set up here and no jobs, in one file sealed with the passphrase',
    input: passphraseInput,
    contentType: 'application/vnd.platen.backup',
    run: ({ input, services }) =>
      withBackups(services, (backups) => backups.make(input.passphrase)),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/restore',
    summary: 'Hand in a backup file; nothing of it is used yet',
    input: streamBody,
    output: takenBackup,
    status: 201,
    run: ({ raw, services }) => withBackups(services, (backups) => backups.take(raw.bytes)),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/restore/check',
    summary: 'Read the file that was handed in whole, and say what is in it',
    input: passphraseInput,
    output: backupSummary,
    run: ({ input, services }) =>
      withBackups(services, async (backups) => summaryIn(await backups.check(input.passphrase))),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/restore/apply',
    summary: 'Check the file once more, put it in the place of all that is set up, and start anew',
    input: restoreInput,
    output: backupSummary,
    run: ({ input: { passphrase, discardJobs }, services }) =>
      withBackups(services, async (backups) =>
        summaryIn(await backups.restore(passphrase, { discardJobs })),
      ),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/restore/groups',
    summary: 'The groups of the file as they were declared, to make them again in a new pair',
    input: passphraseInput,
    output: declaredGroups,
    run: ({ input, services }) =>
      withBackups<z.input<typeof declaredGroups> | Refusal>(services, async (backups) => {
        const answer = await backups.groups(input.passphrase);
        if (answer.kind === 'refused') return answer;
        return {
          groups: answer.groups.map(({ definition, ports, printers }) => ({
            definition: { ...definition, policy: { ...definition.policy } },
            ports,
            printers: printers.map(({ name, settings }) => ({ name, settings: { ...settings } })),
          })),
        };
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'DELETE',
    path: '/restore',
    summary: 'Forget the file that was handed in',
    input: noBody,
    output: takenBackup,
    run: ({ services }) => withBackups(services, (backups) => backups.take(nothing())),
  }),
];

function summaryIn(answer: BackupAnswer): z.input<typeof backupSummary> | Refusal {
  return answer.kind === 'refused' ? answer : answer.summary;
}

async function withBackups<Answer>(
  { backups }: ApiServices,
  run: (backups: Backups) => Promise<Answer>,
): Promise<Answer | Refusal> {
  if (backups !== undefined) return run(backups);
  return refused('not-found', 'Nothing can be backed up here.');
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
