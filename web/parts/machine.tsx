// The machine itself, where it is the appliance's own: off, on again, as new.
import { system } from '../state/live.ts';
import { tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';

const steps = ['power-off', 'restart', 'factory-reset'] as const;

export function Machine() {
  if (system.value?.ownMachine !== true) return null;
  return (
    <section aria-labelledby="machine">
      <h2 id="machine">{t('machine.title')}</h2>
      <div class="row">
        {steps.map((step) => (
          <Button key={step} run={() => run(step)}>
            {t(`machine.${step}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}

async function run(step: (typeof steps)[number]): Promise<void> {
  if (!(await confirm(t(`machine.${step}-sure`), t(`machine.${step}`)))) return;
  const sure = step === 'factory-reset' ? { json: { forgetEverything: true } } : {};
  await ask(`/box/${step}`, { method: 'POST', ...sure });
  tell(t(`machine.${step}-done`));
}
