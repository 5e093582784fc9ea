// Abort signals among the arguments of a call: they can't leave their thread, so a mark stands for
// one.

const mark = '\u0000signal';

/** The arguments with a mark in place of the signal, and the signal. */
export function withoutSignal(args: readonly unknown[]): {
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
} {
  let signal: AbortSignal | undefined;
  const take = (value: unknown): unknown => {
    if (!(value instanceof AbortSignal)) return value;
    signal = value;
    return mark;
  };
  const plain = args.map((value) => (isPlain(value) ? mapped(value, take) : take(value)));
  return { args: plain, signal };
}

export function withSignal(args: readonly unknown[], signal: AbortSignal): readonly unknown[] {
  const put = (value: unknown): unknown => (value === mark ? signal : value);
  return args.map((value) => (isPlain(value) ? mapped(value, put) : put(value)));
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function mapped(value: object, change: (part: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, change(part)]));
}
