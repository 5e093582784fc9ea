// A button for something that takes a moment: it can't be pressed twice, and says what went wrong.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { attempt } from '../state/told.ts';

export interface ButtonProps {
  readonly run: () => Promise<unknown>;
  readonly children: ComponentChildren;
  readonly kind?: 'main' | 'plain' | 'danger';
  /** What a screen reader says where the text alone is not enough: “Cancel job 12”. */
  readonly label?: string;
}

export function Button({ run, children, kind = 'plain', label }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    setBusy(true);
    await attempt(run);
    setBusy(false);
  };
  return (
    <button
      type="button"
      class={kind}
      aria-label={label}
      aria-busy={busy}
      disabled={busy}
      onClick={() => void press()}
    >
      {children}
    </button>
  );
}
