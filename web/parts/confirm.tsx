// Asks before something that can't be taken back.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../text.ts';

interface Question {
  readonly text: string;
  readonly yes: string;
  readonly answer: (sure: boolean) => void;
}

const question = signal<Question | undefined>(undefined);

/** Resolves with whether the person is sure. */
export function confirm(text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text,
      yes,
      answer(sure) {
        question.value = undefined;
        resolve(sure);
      },
    };
  });
}

export function ConfirmDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = question.value;
  useEffect(() => {
    if (asked !== undefined) dialog.current?.showModal();
  }, [asked]);
  if (asked === undefined) return null;
  return (
    <dialog ref={dialog} aria-labelledby="question" onCancel={() => asked.answer(false)}>
      <p id="question">{asked.text}</p>
      <div class="row">
        <button type="button" class="danger" onClick={() => asked.answer(true)}>
          {asked.yes}
        </button>
        <button type="button" class="plain" onClick={() => asked.answer(false)}>
          {t('do.keep')}
        </button>
      </div>
    </dialog>
  );
}
