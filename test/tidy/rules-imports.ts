// House rules of who may import whom.

import { eachFile, isProduction, isTest, type Rule } from './rule.ts';
import type { Import, SourceFile } from './source.ts';

/**
 * Which top-level folders each may import; firmware/api/types.ts for web stands in its own rule.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  hal: ['hal'],
  monitors: ['monitors', 'hal'],
  firmware: ['firmware', 'monitors', 'hal', 'package.json'],
  web: ['web', 'firmware'],
  tools: ['tools', 'firmware', 'monitors', 'hal', 'web', 'package.json'],
  test: ['test', 'tools', 'firmware', 'monitors', 'hal', 'web', 'package.json'],
};

const ADAPTED_LIBRARIES = ['aedes', 'koffi', 'mqtt', 'net-snmp', 'serialport', 'usb'];

export const importRules: readonly Rule[] = [
  {
    name: 'imports run one way',
    why: 'firmware → monitors → hal; production needs neither test nor tools',
    replacement: 'move the shared part down, or hand it in through the options object',
    check: eachImport(
      () => true,
      (path, { target }) => {
        const allowed = ALLOWED[topOf(path)];
        return target !== undefined && allowed?.includes(topOf(target)) === false;
      },
    ),
    bad: [
      { 'hal/linux/tcp.ts': "import { a } from '../../monitors/contract.ts';" },
      { 'monitors/tcp/port.ts': "export type { A } from '../../firmware/jobs/job.ts';" },
      { 'firmware/jobs/job.ts': "const a = await import('../../test/world/clock.ts');" },
      { 'firmware/jobs/job.ts': "import '../../tools/up/up.ts';" },
      { 'tools/up/up.ts': "import { a } from '../../test/world/clock.ts';" },
    ],
    good: [
      { 'firmware/jobs/job.ts': "import { a } from '../../monitors/contract.ts';" },
      { 'hal/linux/tcp.ts': "// import { a } from '../../monitors/contract.ts';" },
      { 'hal/linux/tcp.ts': 'const text = "import { a } from \'../../monitors/contract.ts\'";' },
      { 'test/jobs/job.test.ts': "import { a } from '../../tools/up/up.ts';" },
    ],
  },
  {
    name: 'web imports only types of the API',
    why: 'the page shares the shapes of firmware/api/types.ts and nothing else',
    replacement: "import type { … } from '…/firmware/api/types.ts'",
    check: eachImport(
      (path) => path.startsWith('web/'),
      (_path, { target, typeOnly }) =>
        target?.startsWith('firmware/') === true &&
        !(typeOnly && target === 'firmware/api/types.ts'),
    ),
    bad: [
      { 'web/page.ts': "import { a } from '../firmware/api/types.ts';" },
      { 'web/page.ts': "import type { A } from '../firmware/jobs/job.ts';" },
    ],
    good: [{ 'web/page.ts': "import type { A } from '../firmware/api/types.ts';" }],
  },
  {
    name: 'only firmware/entry names the machine and the monitors',
    why: 'everything else gets them handed in, so that tests and simulation can',
    replacement:
      'import type from hal/contract.ts or monitors/contract.ts, and take it as an option',
    check: eachImport(
      (path) => isProduction(path) && !path.startsWith('firmware/entry/'),
      (path, { target }) =>
        target === 'monitors/table.ts' ||
        (target?.startsWith('hal/linux/') === true && !path.startsWith('hal/linux/')),
    ),
    bad: [
      { 'firmware/jobs/job.ts': "import { a } from '../../hal/linux/files.ts';" },
      { 'firmware/jobs/job.ts': "import { a } from '../../monitors/table.ts';" },
      { 'hal/time.ts': "import { a } from './linux/files.ts';" },
    ],
    good: [
      { 'firmware/entry/serve.ts': "import { a } from '../../hal/linux/files.ts';" },
      { 'hal/linux/tcp.ts': "import { a } from './errors.ts';" },
      { 'test/hal/files.test.ts': "import { a } from '../../hal/linux/files.ts';" },
    ],
  },
  {
    name: 'an emulator does not import the codec that it judges',
    why: 'a fault in the codec would be on both sides and cancel out',
    replacement: 'write the few bytes that the emulator needs in tools/emulators',
    check: checkEmulators,
    bad: [
      { 'tools/emulators/ipp.ts': "import { a } from '../../monitors/wire/ipp/message.ts';" },
      {
        'tools/emulators/ipp.ts': "import { a } from '../shared.ts';",
        'tools/shared.ts': "import { a } from '../monitors/wire/ipp/message.ts';",
      },
    ],
    good: [
      {
        'tools/emulators/ipp.ts': "import { a } from './bytes.ts';",
        'tools/emulators/bytes.ts': '',
      },
    ],
  },
  {
    name: 'one adapter a library',
    why: 'a library that owns sockets or devices is wrapped once',
    replacement: 'import the adapter that exists',
    check: checkAdapters,
    bad: [
      {
        'hal/linux/usb.ts': "import { usb } from 'usb';",
        'monitors/usb/port.ts': "import type { A } from 'usb/dist/index.js';",
      },
      {
        'hal/linux/serial.ts': "import { a } from 'serialport';",
        'hal/linux/tty.ts': "import { a } from '@serialport/bindings-cpp';",
      },
    ],
    good: [
      { 'hal/linux/usb.ts': "import { usb } from 'usb';", 'hal/linux/x.ts': "import 'mqtt';" },
    ],
  },
  {
    name: 'relative imports name the .ts file',
    why: 'Node runs the sources as they stand',
    replacement: "import … from './name.ts'",
    check: eachImport(
      (path) => path.endsWith('.ts'),
      (_path, { target }) => target !== undefined && !/\.(ts|json|mjs)$/.test(target),
    ),
    bad: [
      { 'hal/a.ts': "import { b } from './b.js';" },
      { 'hal/a.ts': "import { b } from './b';" },
    ],
    good: [{ 'hal/a.ts': "import { b } from './b.ts';" }],
  },
  {
    name: 'no barrels',
    why: 'a name has one home, and a reader finds it in one step',
    replacement: 'import from the file that defines the name',
    check: eachImport(
      () => true,
      (_path, { reExport }) => reExport,
    ),
    bad: [
      { 'hal/index.ts': "export * from './files.ts';" },
      { 'hal/index.ts': "export type { A } from './files.ts';" },
    ],
    good: [{ 'hal/a.ts': 'const a = 1; export { a }; const from = 1;' }],
  },
];

function eachImport(
  where: (path: string) => boolean,
  isWrong: (path: string, found: Import) => boolean,
): Rule['check'] {
  return eachFile(where, (file) =>
    file.imports
      .filter((found) => isWrong(file.path, found))
      .map((found) => ({ line: found.line, what: found.specifier })),
  );
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function checkEmulators(files: readonly SourceFile[]): ReturnType<Rule['check']> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reaches = (target: string, seen: Set<string>): boolean => {
    if (target.startsWith('monitors/wire/')) return true;
    if (seen.has(target)) return false;
    seen.add(target);
    return (byPath.get(target)?.imports ?? []).some(
      (next) => next.target !== undefined && reaches(next.target, seen),
    );
  };
  const check = eachImport(
    (path) => path.startsWith('tools/emulators/'),
    (_path, { target }) => target !== undefined && reaches(target, new Set()),
  );
  return check(files);
}

function checkAdapters(files: readonly SourceFile[]): ReturnType<Rule['check']> {
  return ADAPTED_LIBRARIES.flatMap((library) => {
    const importsIt = ({ specifier }: Import): boolean =>
      [library, `@${library}`].some((name) => `${specifier}/`.startsWith(`${name}/`));
    const users = files.filter((file) => !isTest(file.path) && file.imports.some(importsIt));
    return users.slice(1).map((file) => ({
      path: file.path,
      line: file.imports.find(importsIt)?.line ?? 1,
      what: `${library}, wrapped in ${users[0]?.path}`,
    }));
  });
}
