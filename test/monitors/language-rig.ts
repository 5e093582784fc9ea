// A language monitor on the tcp monitor, with an emulated printer that speaks its language.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Monitor2, MonitorModule, MonitorPort } from '../../monitors/contract.ts';
import { escposMonitor } from '../../monitors/escpos/module.ts';
import { pjlMonitor } from '../../monitors/pjl/module.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { zplMonitor } from '../../monitors/zpl/module.ts';
import {
  type LanguagePrinter,
  startLanguagePrinter,
} from '../../tools/emulators/language-printer/printer.ts';
import type { Language } from '../../tools/emulators/language-printer/voices.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { addPort, never, startInstance, type TestInstance } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';
import { atEnd } from '../at-end.ts';

export const languageMonitors = { pjl: pjlMonitor, zpl: zplMonitor, escpos: escposMonitor };

export type LanguageName = keyof typeof languageMonitors;

export interface LanguageRig {
  readonly clock: VirtualClock;
  readonly printer: LanguagePrinter;
  readonly portMonitor: Monitor2;
  readonly language: TestInstance;
  readonly port: MonitorPort;
}

export async function makeLanguageRig(
  t: TestContext,
  name: LanguageName,
  spoken: Language = name,
): Promise<LanguageRig> {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const address = '127.0.0.1';
  const printer = await startLanguagePrinter({ tcp, clock, address, port: 0, language: spoken });
  const devices = devicesOver(tcp);
  const start = (module: MonitorModule) => startInstance({ module, clock, devices });
  const below = await start(tcpMonitor);
  const language = await start(languageMonitors[name]);
  atEnd(t, async () => {
    await language.shutdown();
    await below.shutdown();
    await printer.close();
  });
  const input = { host: address, portNumber: printer.local.port, finWaitMs: 1_000 };
  await addPort(below.monitor, 'Desk', input);
  const opened = await language.monitor.openPortEx?.('Desk', 'Front', below.monitor, never());
  assert.ok(opened !== undefined && 'handle' in opened, JSON.stringify(opened));
  return { clock, printer, portMonitor: below.monitor, language, port: opened.handle };
}
