// A whole spooler with queue-specific files, on simulated time and disk, signing with a key of its
// own.
import { generateKeyPairSync } from 'node:crypto';
import { signingKey } from '../../firmware/identity/signatures.ts';
import { createFileContents, type FileContents } from '../../firmware/queue-files/contents.ts';
import type { NewFile } from '../../firmware/queue-files/contract.ts';
import type { SplClientInfo } from '../../firmware/queue-files/modules/contract.ts';
import type { Principal } from '../../firmware/api/principal.ts';
import { administrator, Bench } from '../spooler/bench.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { SeededRandom } from '../world/random.ts';
import { streamOf } from './profile.ts';

export const myClient: SplClientInfo = {
  machineName: 'MyClient',
  userName: 'anna',
  buildNumber: 1,
  majorVersion: 1,
  minorVersion: 0,
  processorArchitecture: 'x64',
};

export class FilesRig {
  readonly bench: Bench;
  readonly disk = new SimulatedDisk({ seed: 7 });
  readonly contents: FileContents;
  readonly key = signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  /** How often something may have become unused. */
  unused = 0;
  printerId = '';

  constructor() {
    const { files } = this.disk.mount();
    const random = new SeededRandom(3);
    this.contents = createFileContents({ files, random, directory: '/files' });
    this.bench = new Bench({
      spooler: {
        queueFiles: {
          contents: this.contents,
          signer: () => this.key,
          onUnused: () => void (this.unused += 1),
          networkName: () => 'NTPRINT',
        },
      },
    });
  }

  static async start(): Promise<FilesRig> {
    const rig = new FilesRig();
    await rig.contents.prepare();
    await rig.bench.boot();
    rig.printerId = (await rig.bench.addPrinter('HpColor')).id;
    return rig;
  }

  get data() {
    return this.bench.spooler.data;
  }

  get files() {
    return this.bench.spooler.files;
  }

  put(
    bytes: Uint8Array,
    file: Partial<NewFile> = {},
    by: Principal = administrator,
  ): ReturnType<FilesRig['files']['put']> {
    const wanted = { name: 'Hpclrlsr.icm', component: 'ICM', ...file };
    return this.bench.during(this.files.put(this.printerId, streamOf(bytes), wanted, by));
  }
}
