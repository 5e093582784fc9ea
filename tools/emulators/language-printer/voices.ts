// What an emulated printer says back in PJL, ZPL or ESC/POS, written apart from the codecs.

/** What can be wrong with the printer. */
export type Trouble = 'none' | 'paper-out' | 'cover-open' | 'offline';

/** A printer's mind: it reads all bytes, and says things. */
export interface Voice {
  /** The answers to the bytes, if any. */
  take(bytes: Uint8Array): readonly Uint8Array[];
  /** The trouble has changed. */
  trouble(now: Trouble): readonly Uint8Array[];
  /** Somebody cancels the job at the panel. */
  cancel(): readonly Uint8Array[];
}

export type Language = 'pjl' | 'zpl' | 'escpos' | 'mute' | 'babble';

export function createVoice(language: Language): Voice {
  switch (language) {
    case 'pjl':
      return new PjlVoice();
    case 'zpl':
      return new ZplVoice();
    case 'escpos':
      return new EscposVoice();
    case 'mute':
      return { take: () => [], trouble: () => [], cancel: () => [] };
    case 'babble': {
      const noise = Buffer.from(Array.from({ length: 700 }, (_none, at) => (at * 37) % 256));
      return { take: () => [noise], trouble: () => [noise], cancel: () => [noise] };
    }
  }
}

/** Keeps the end of what came, so that a command that was cut is seen. */
class Window {
  #text = '';

  /** All matches that end in the new bytes. */
  find(bytes: Uint8Array, pattern: RegExp): readonly RegExpExecArray[] {
    const text = this.#text + Buffer.from(bytes).toString('latin1');
    const found = [...text.matchAll(pattern)];
    const last = found.at(-1);
    const seenUpTo = last === undefined ? 0 : last.index + last[0].length;
    this.#text = text.slice(Math.max(seenUpTo, text.length - 200));
    return found;
  }

  /** The characters, `length` of them, behind each `prefix`. */
  findBehind(bytes: Uint8Array, prefix: string, length: number): readonly string[] {
    const parts = (this.#text + Buffer.from(bytes).toString('latin1')).split(prefix);
    const whole = parts.slice(1).filter((part) => part.length >= length);
    const last = parts.at(-1) ?? '';
    const isCut = parts.length > 1 && last.length < length;
    this.#text = isCut ? prefix + last : last.slice(-prefix.length);
    return whole.map((part) => part.slice(0, length));
  }
}

const pjlStates: Readonly<Record<Trouble, string>> = {
  none: 'CODE=10001\r\nDISPLAY="READY"\r\nONLINE=TRUE\r\n\f',
  'paper-out': 'CODE=41204\r\nDISPLAY="LOAD A4"\r\nONLINE=FALSE\r\n\f',
  'cover-open': 'CODE=40021\r\nDISPLAY="CLOSE DOOR"\r\nONLINE=FALSE\r\n\f',
  offline: 'CODE=10002\r\nDISPLAY="OFFLINE"\r\nONLINE=FALSE\r\n\f',
};

class PjlVoice implements Voice {
  readonly #window = new Window();
  #now: Trouble = 'none';
  #told = false;
  #current: string | undefined;
  readonly #waiting: string[] = [];

  take(bytes: Uint8Array): readonly Uint8Array[] {
    const said: string[] = [];
    for (const [, command = '', value = ''] of this.#window.find(
      bytes,
      /@PJL ([^\r\n"]*)("[^"]*")?\r\n/g,
    )) {
      if (/^USTATUS JOB *= *ON/.test(command)) this.#told = true;
      if (command.startsWith('JOB NAME')) this.#current = value;
      if (command.startsWith('INFO STATUS'))
        said.push(`@PJL INFO STATUS\r\n${pjlStates[this.#now]}`);
      if (command.startsWith('EOJ NAME')) {
        this.#waiting.push(value);
        said.push(...this.#work());
      }
    }
    return said.map((text) => Buffer.from(text, 'latin1'));
  }

  trouble(now: Trouble): readonly Uint8Array[] {
    this.#now = now;
    const said = [`@PJL USTATUS DEVICE\r\n${pjlStates[now]}`, ...this.#work()];
    return said.map((text) => Buffer.from(text, 'latin1'));
  }

  cancel(): readonly Uint8Array[] {
    const name = this.#waiting.shift() ?? this.#current ?? '""';
    return [Buffer.from(`@PJL USTATUS JOB\r\nCANCELED\r\nNAME=${name}\r\n\f`, 'latin1')];
  }

  #work(): readonly string[] {
    if (this.#now !== 'none' || !this.#told) return [];
    return this.#waiting
      .splice(0)
      .map((name) => `@PJL USTATUS JOB\r\nEND\r\nNAME=${name}\r\nPAGES=1\r\n\f`);
  }
}

class ZplVoice implements Voice {
  readonly #commands = new Window();
  readonly #labels = new Window();
  #now: Trouble = 'none';
  #labelsLeft = 0;

  take(bytes: Uint8Array): readonly Uint8Array[] {
    this.#labelsLeft += this.#labels.find(bytes, /\^XZ/g).length;
    const asked = this.#commands.find(bytes, /~HS/g).length;
    return Array.from({ length: asked }, () => this.#status());
  }

  trouble(now: Trouble): readonly Uint8Array[] {
    this.#now = now;
    return [];
  }

  cancel(): readonly Uint8Array[] {
    this.#labelsLeft = 0;
    return [];
  }

  /** One label comes out between two questions. */
  #status(): Uint8Array {
    const flag = (trouble: Trouble): number => (this.#now === trouble ? 1 : 0);
    const left = String(this.#labelsLeft).padStart(8, '0');
    if (this.#now === 'none' && this.#labelsLeft > 0) this.#labelsLeft -= 1;
    return Buffer.from(
      `\x02030,${flag('paper-out')},${flag('offline')},0600,000,0,0,0,000,0,0,0\x03\r\n` +
        `\x02000,0,${flag('cover-open')},0,0,2,4,0,${left},1,000\x03\r\n\x020000,0\x03\r\n`,
      'latin1',
    );
  }
}

/** GS ( H with function 48, and DLE EOT. */
const processMark = '\x1d(H\x06\x0000';
const realTimeStatus = '\x10\x04';

class EscposVoice implements Voice {
  readonly #questions = new Window();
  readonly #marks = new Window();
  readonly #waiting: string[] = [];
  #now: Trouble = 'none';

  take(bytes: Uint8Array): readonly Uint8Array[] {
    this.#waiting.push(...this.#marks.findBehind(bytes, processMark, 4));
    const answers = this.#questions
      .findBehind(bytes, realTimeStatus, 1)
      .map((topic) => Buffer.of(this.#status(topic.charCodeAt(0))));
    return [...answers, ...this.#work()];
  }

  trouble(now: Trouble): readonly Uint8Array[] {
    this.#now = now;
    return this.#work();
  }

  cancel(): readonly Uint8Array[] {
    this.#waiting.length = 0;
    return [];
  }

  #status(topic: number): number {
    const fixed = 0x12;
    if (topic === 1) return this.#now === 'none' ? fixed : fixed | 0x08;
    if (topic === 2 && this.#now === 'cover-open') return fixed | 0x04;
    if (topic === 4 && this.#now === 'paper-out') return fixed | 0x60;
    return fixed;
  }

  #work(): readonly Uint8Array[] {
    if (this.#now !== 'none') return [];
    return this.#waiting.splice(0).map((id) => Buffer.from(`7"${id}\0`, 'latin1'));
  }
}
