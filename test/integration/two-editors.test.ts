// Two people change one printer at once, each another member of the same setting: both changes are
// there afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse } from './house.ts';

test('of eight changes of one printer at once none undoes another', async (t) => {
  const house = await openHouse(t);
  await house.serve(['listen.http=0', 'listen.lpd=0', 'listen.raw=0']);
  const api = house.api();
  await api.send('POST', '/printers', { name: 'office' }, printer);
  const changes = [
    ['--quota-jobs', '11'],
    ['--quota-job', '12B'],
    ['--quota-user-jobs', '13'],
    ['--quota-spool', '14B'],
    ['--log-in', 'yes'],
    ['--allow-user', 'ana'],
    ['--show-jobs', 'all'],
    ['--location', 'cellar'],
  ] as const;
  const said = await Promise.all(
    changes.map((words) => platenSays(api, ['printer', 'change', 'office', ...words])),
  );
  assert.deepEqual(
    said.flatMap(({ errors }) => errors),
    [],
  );
  const { quotas, access, location } = await api.get('/printers/office', printer);
  assert.deepEqual(quotas, { jobs: 11, jobBytes: 12, jobsPerUser: 13, spoolBytes: 14 });
  assert.deepEqual(access, { users: ['ana'], logIn: true, jobsShownTo: 'all' });
  assert.equal(location, 'cellar');
});
