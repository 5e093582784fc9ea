// The terminal at which a command is typed: asks for a line that is not shown.
import { CliError } from '../cli/command.ts';

const keys = {
  enter: ['\r', '\n'],
  erase: ['\x7f', '\b'],
  eraseAll: '\x15',
  interrupt: '\x03',
  end: '\x04',
} as const;
const mostCharacters = 4_096;

/** Undefined where standard input is no terminal. */
export function secretAsker(): ((prompt: string) => Promise<string>) | undefined {
  const { stdin } = process;
  if (!stdin.isTTY) return undefined;
  // What was typed ahead of the next question.
  let ahead = '';
  return (prompt) =>
    new Promise((resolve, reject) => {
      let line = '';
      const finish = (settle: () => void) => {
        stdin.off('data', take);
        stdin.setRawMode(false);
        stdin.pause();
        process.stderr.write('\n');
        settle();
      };
      const take = (chunk: string) => {
        const typed = Array.from(chunk);
        for (const [at, key] of typed.entries()) {
          if (keys.enter.some((each) => each === key)) {
            ahead = typed.slice(at + 1).join('');
            return finish(() => resolve(line));
          }
          if (key === keys.interrupt || key === keys.end) {
            return finish(() => reject(new CliError('Given up.', 1)));
          }
          if (keys.erase.some((each) => each === key))
            line = Array.from(line).slice(0, -1).join('');
          else if (key === keys.eraseAll) line = '';
          else if (key >= ' ' && line.length < mostCharacters) line += key;
        }
      };
      stdin.setRawMode(true);
      stdin.setEncoding('utf8').on('data', take).resume();
      process.stderr.write(prompt);
      const before = ahead;
      ahead = '';
      if (before !== '') take(before);
    });
}
