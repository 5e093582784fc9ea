// Plans the settings of an apply file; secrets come from files, and only where none is set yet, for
// nobody can see whether one is the same.
import { z } from 'zod';
import { settings } from '../../api/schemas/setting.ts';
import type { SettingView } from '../../api/types.ts';
import type { ApplyStep } from './contract.ts';
import type { Planning } from './planning.ts';
import { secretLine } from './secret-line.ts';

type Difference = ApplyStep['differences'][number];

export async function planSettings(planning: Planning): Promise<readonly ApplyStep[]> {
  const { client, problems, wanted } = planning;
  const { values, files } = wanted.settings;
  if (Object.keys({ ...values, ...files }).length === 0) return [];
  const { items } = await client.get('/settings', settings);
  const body: Record<string, string> = {};
  const differences: Difference[] = [];
  for (const now of items) {
    const value = values[now.key];
    if (value !== undefined && now.secret) {
      problems.push(`settings: ${now.key} is a secret: write ${now.key}File, and the file's name.`);
    } else if (value !== undefined && value !== now.value) {
      if (!isFree(now, problems)) continue;
      body[now.key] = value;
      differences.push({ member: now.key, now: now.value, wanted: value });
    }
    const file = files[now.key];
    if (file === undefined || now.isSet || !isFree(now, problems)) continue;
    const line = await secretLine(planning, file, `settings: ${now.key}`);
    if (line === undefined) continue;
    body[now.key] = line;
    differences.push({ member: now.key, wanted: '***' });
  }
  if (differences.length === 0) return [];
  const run: ApplyStep['run'] = async (box) => {
    await box.send('PATCH', '/settings', body, z.unknown());
  };
  return [{ what: 'change', kind: 'settings', name: 'of this appliance', differences, run }];
}

function isFree({ key, from, place }: SettingView, problems: string[]): boolean {
  if (from !== 'outside') return true;
  problems.push(`settings: ${key} is fixed by ${place}: it can only be changed there.`);
  return false;
}
