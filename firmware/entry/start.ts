// The first step of the single file: reads that one of its programs which the command needs.
import { createRequire } from 'node:module';
import { getAsset } from 'node:sea';
import { compileFunction } from 'node:vm';
import { programAsset, type ProgramName } from './programs.ts';

const name: ProgramName = process.argv[2] === 'supervise' ? 'supervise-program' : 'platen';
const text = getAsset(programAsset(name), 'utf8');
// As a module of CommonJS: what it requires are parts of Node alone.
const run = compileFunction(text, ['require', 'module', 'exports'], { filename: `${name}.cjs` });
const module = { exports: {} };
Reflect.apply(run, undefined, [createRequire(process.execPath), module, module.exports]);
