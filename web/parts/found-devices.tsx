// Devices that were found: plugged in, announced on the network, or heard after a search; one press
// makes a printer of each.
import type { DeviceView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { goTo } from '../state/route.ts';
import { attempt, tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { Button } from './button.tsx';

interface Devices {
  readonly items: readonly DeviceView[];
}

interface Made {
  readonly printer: { readonly id: string; readonly name: string };
}

export function FoundDevices() {
  const [devices, setDevices] = useState<readonly DeviceView[]>();
  const read = async (): Promise<void> => setDevices((await ask<Devices>('/devices')).items);
  useEffect(() => void attempt(read), []);
  const free = devices?.filter(({ usedBy }) => usedBy === undefined) ?? [];
  return (
    <section aria-labelledby="found">
      <div class="row spread">
        <h2 id="found">{t('add.found')}</h2>
        <Button
          run={async () => {
            await ask('/devices/search', { method: 'POST' });
            await read();
          }}
        >
          {t('add.search')}
        </Button>
      </div>
      {devices === undefined ? <p aria-busy="true">{t('app.loading')}</p> : null}
      {devices !== undefined && free.length === 0 ? <p>{t('add.none-found')}</p> : null}
      <ul class="found">
        {free.map((device) => (
          <li key={device.key} class="row spread">
            <span>
              <strong>{device.name}</strong>{' '}
              <small>
                {[device.address, device.location].filter((text) => text !== '').join(', ')}
              </small>
            </span>
            <Button
              label={`${t('do.add')}: ${device.name}`}
              run={async () => {
                const { printer } = await ask<Made>('/devices', { json: { key: device.key } });
                tell(t('add.done', { name: printer.name }));
                goTo('printers', printer.id);
              }}
            >
              {t('do.add')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
