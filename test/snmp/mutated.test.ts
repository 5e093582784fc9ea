// A minute of mutated packets at a tenth of a core; `npm run snmp-fuzz` goes on for ten.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('mutated.ts', import.meta.url));

test('a minute of mutated packets: no fault, no growth, others are answered', async () => {
  const words = ['--expose-gc', program, '--seconds', '60', '--load', '0.1'];
  const { status, output, errors } = await new Promise<{
    status: number;
    output: string;
    errors: string;
  }>((resolve) => {
    execFile(process.execPath, words, (error, output, errors) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), output, errors }),
    );
  });
  assert.equal(status, 0, `${output}${errors}`);
  const packets = Number(/"packets":(\d+)/.exec(output)?.[1]);
  assert.ok(packets > 1_000, output);
});
