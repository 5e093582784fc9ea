// The escpos language monitor: real-time status and end of job of receipt printers.
import { languageModule } from '../language/monitor.ts';
import type { LanguageKind } from '../language/speaker.ts';
import { createEscposSpeaker, escposTimes } from './speaker.ts';

export const escposLanguage: LanguageKind = {
  name: 'escpos',
  title: 'ESC/POS (receipt printers)',
  help: 'Asks for status by DLE EOT and marks the end of each document, before and after it.',
  commandSets: ['ESC/POS', 'ESCPOS', 'ESC-POS', 'EPSONESCPOS'],
  questionMs: escposTimes.questionMs,
  createSpeaker: createEscposSpeaker,
};

export const escposMonitor = languageModule(escposLanguage);
