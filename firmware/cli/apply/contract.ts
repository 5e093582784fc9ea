// What an apply file declares, and the steps that make an appliance so.
//
// The file is TOML: [[group]], [[port]], [[printer]] and [[user]], each with a name (`office`, or
// `accounts/office` in a group), the members that shall have a value, and `absent = true` for what
// shall not be there; and [settings], as `platen setting list` names them. What the file does not
// name stays as it is.
import type { ApiClient } from '../command.ts';

export interface WantedGroup {
  readonly name: string;
  readonly absent: boolean;
  readonly addresses?: readonly string[];
  readonly preferredOwner?: string;
  readonly policy?: Readonly<Record<string, unknown>>;
}

export interface WantedPort {
  readonly name: string;
  readonly absent: boolean;
  readonly monitor: string | undefined;
  readonly language?: string;
  readonly bidirectional?: boolean;
  /** Fields of the monitor's form. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface WantedPrinter {
  readonly name: string;
  readonly absent: boolean;
  /** Members of PrinterSettingsInput. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface WantedUser {
  readonly name: string;
  readonly absent: boolean;
  readonly role: string | undefined;
  /** Its first line is the password of a user who is made; one who is there keeps theirs. */
  readonly passwordFile: string | undefined;
}

export interface WantedSettings {
  /** By their keys: `webhook.url`. */
  readonly values: Readonly<Record<string, string>>;
  /** Of a secret: the file whose first line it is (`webhook.secretFile`). */
  readonly files: Readonly<Record<string, string>>;
}

export interface Wanted {
  readonly groups: readonly WantedGroup[];
  readonly ports: readonly WantedPort[];
  readonly printers: readonly WantedPrinter[];
  readonly users: readonly WantedUser[];
  readonly settings: WantedSettings;
}

/** One change, as `--dry-run` shows it. */
export interface ApplyStep {
  readonly what: 'add' | 'change' | 'remove';
  readonly kind: 'group' | 'port' | 'printer' | 'user' | 'settings';
  readonly name: string;
  /** Each member that differs: as it is (left out where nothing is) and as it shall be. */
  readonly differences: readonly {
    readonly member: string;
    readonly now?: unknown;
    readonly wanted: unknown;
  }[];
  readonly run: (client: ApiClient) => Promise<void>;
}

/** Everything that is wrong with the file, a sentence each; nothing was changed. */
export class ApplyFileError extends Error {
  override readonly name = 'ApplyFileError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
