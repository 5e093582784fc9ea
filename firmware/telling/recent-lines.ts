// The newest lines of the log, in memory, for those who look by API and page.
import { z } from 'zod';
import { type LogLevel, logLevels } from '../config/log-section.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';

export interface LogLine {
  /** From 1 since the start; only grows. */
  readonly id: number;
  readonly time: string;
  readonly level: LogLevel;
  readonly room: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface RecentLines {
  write(line: string): void;
  /** Newest first, at least of this level, with a lower id than `before`. */
  list(options: {
    readonly least: LogLevel;
    readonly before?: number;
    readonly limit: number;
  }): readonly LogLine[];
}

const entry = z.looseObject({
  level: z.enum(logLevels),
  time: z.string(),
  message: z.string().default(''),
  room: z.string().default(''),
});

export function createRecentLines(): RecentLines {
  const kept: { readonly id: number; readonly line: string }[] = [];
  let lastId = 0;
  return {
    write(line) {
      lastId += 1;
      if (line.length > limits.recentLineCharacters) return;
      kept.push({ id: lastId, line });
      if (kept.length > limits.recentLines) kept.shift();
    },
    list({ least, before = Number.POSITIVE_INFINITY, limit }) {
      const from = logLevels.indexOf(least);
      const found: LogLine[] = [];
      for (const { id, line } of kept.toReversed()) {
        if (found.length >= limit) break;
        if (id >= before) continue;
        const { level, time, message, room, ...facts } = entry.parse(JSON.parse(line));
        if (logLevels.indexOf(level) >= from) found.push({ id, time, level, room, message, facts });
      }
      return found;
    },
  };
}
