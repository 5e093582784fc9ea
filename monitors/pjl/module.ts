// The pjl language monitor: status, control panel and end of job of printers that speak PJL.
import { languageModule } from '../language/monitor.ts';
import type { LanguageKind } from '../language/speaker.ts';
import { createPjlSpeaker, pjlTimes } from './speaker.ts';

export const pjlLanguage: LanguageKind = {
  name: 'pjl',
  title: 'PJL (laser printers)',
  help: 'Asks for status and the end of each job by PJL, around documents that stay as they are.',
  commandSets: ['PJL'],
  questionMs: pjlTimes.questionMs,
  createSpeaker: createPjlSpeaker,
};

export const pjlMonitor = languageModule(pjlLanguage);
