// The zpl language monitor: status and end of job of label printers that speak ZPL.
import { languageModule } from '../language/monitor.ts';
import type { LanguageKind } from '../language/speaker.ts';
import { createZplSpeaker, zplTimes } from './speaker.ts';

export const zplLanguage: LanguageKind = {
  name: 'zpl',
  title: 'ZPL (label printers)',
  help: 'Asks for status and what is left to print by ~HS, before and after each document.',
  commandSets: ['ZPL', 'ZPLII', 'ZPL2'],
  questionMs: zplTimes.questionMs,
  createSpeaker: createZplSpeaker,
};

export const zplMonitor = languageModule(zplLanguage);
