// The form of a command's row, and what a command works with.
import type { z } from 'zod';

export interface OptionRow {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help: `HOST`. */
  readonly value?: string;
  readonly multiple?: true;
  readonly help: string;
}

export type OptionRows = Readonly<Record<string, OptionRow>>;

export interface Command {
  /** One or two words: `status`, `printer add`. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them. */
  readonly usage: string;
  readonly arguments: { readonly least: number; readonly most: number };
  readonly options: OptionRows;
  /**
   * Options that only the appliance knows: the fields of a monitor's form. `args` are the words
   * that follow the command, without the options that every command takes.
   */
  readonly moreOptions?: (args: readonly string[], context: CommandContext) => Promise<OptionRows>;
  /** What it prints for people, it prints through `out`; it throws a CliError where it fails. */
  readonly run: (input: CommandInput, context: CommandContext) => Promise<void>;
}

/** The checked words of a call. */
export interface CommandInput {
  readonly args: readonly string[];
  /** The value of an option that takes one. */
  text(option: string): string | undefined;
  /** All values of an option that may be given several times. */
  texts(option: string): readonly string[] | undefined;
  flag(option: string): boolean;
  /** The options of `moreOptions` that were given. */
  readonly more: Readonly<Record<string, string | boolean>>;
}

export interface Output {
  /** A table for people: headings in capitals, columns as wide as they need. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Names and values of one thing, a line each. */
  fields(rows: readonly (readonly [string, string])[]): void;
  line(text: string): void;
  json(value: unknown): void;
}

/** The local appliance, through its Unix socket. */
export interface ApiClient {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>>;
  send<Schema extends z.ZodType>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    schema: Schema,
  ): Promise<z.infer<Schema>>;
  /**
   * Reads a resource and changes what was read; where somebody else changed it in between, it is
   * read and changed again, so that nobody's change is undone.
   */
  change<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    changesOf: (now: z.infer<Schema>) => unknown,
  ): Promise<z.infer<Schema>>;
  /** A file that the appliance makes: to be read to its end. */
  download(path: string, body: unknown): Promise<AsyncIterable<Uint8Array>>;
  upload<Schema extends z.ZodType>(
    path: string,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    schema: Schema,
  ): Promise<z.infer<Schema>>;
}

export interface CommandContext {
  readonly out: Output;
  readonly asJson: boolean;
  /** Made when a command first asks; needs no running appliance by itself. */
  readonly api: () => Promise<ApiClient>;
  /** A file by its name, or standard input for `-`. */
  readonly readDocument: (name: string) => Promise<AsyncIterable<Uint8Array>>;
  /** A line typed at the terminal and not shown; undefined where there is no terminal. */
  readonly askSecret?: ((prompt: string) => Promise<string>) | undefined;
  /** Makes a file that is not there yet, whole or not at all; `-` is standard output. */
  readonly writeDocument: (name: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  /** `--data`, `--config` and `--set` as they were given. */
  readonly configOptions: {
    readonly file: string | undefined;
    readonly sets: readonly string[];
  };
}

/**
 * What a person reads in one line; the exit status says whether the call was wrong (2) or failed
 * (1).
 */
export class CliError extends Error {
  readonly exitStatus: 1 | 2 | 3;

  constructor(message: string, exitStatus: 1 | 2 | 3 = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitStatus = exitStatus;
  }
}
