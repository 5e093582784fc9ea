// The first print with real processes, from the sources.
import { test } from 'node:test';
import { platenFromSources } from '../../tools/up/processes.ts';
import { firstPrint } from './first-print.ts';

test('a document from each client reaches the printer as it was sent', (t) =>
  firstPrint(t, platenFromSources));
