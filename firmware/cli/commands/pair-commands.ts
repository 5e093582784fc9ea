// Commands for the pair: pairing by code, how the two hear each other, the witness, leaving.
import { pairingCode, pairView } from '../../api/schemas/pair.ts';
import type { PairView } from '../../api/types.ts';
import { CliError, type Command, type CommandContext, type CommandInput } from '../command.ts';

const noWords = { usage: '', arguments: { least: 0, most: 0 }, options: {} } as const;

const replaceOption = {
  replace: { type: 'boolean', help: 'In the place of a peer that is dead; its groups go on' },
} as const;

export const pairCommands: readonly Command[] = [
  {
    ...noWords,
    name: 'pair status',
    summary: 'Whom this appliance is paired with, and how the two hear each other',
    async run(_input, context) {
      show(context, await (await context.api()).get('/pair', pairView));
    },
  },
  {
    ...noWords,
    name: 'pair show-code',
    summary: 'Show a pairing code; type it into the other appliance',
    options: {
      ...replaceOption,
      hide: { type: 'boolean', help: 'Show none any longer' },
    },
    async run(input, context) {
      const client = await context.api();
      if (input.flag('hide')) {
        show(context, await client.send('DELETE', '/pair/code', undefined, pairView));
        return;
      }
      const body = { replace: input.flag('replace') };
      const shown = await client.send('POST', '/pair/code', body, pairingCode);
      if (context.asJson) return context.out.json(shown);
      const minutes = Math.round(shown.secondsLeft / 60);
      context.out.line(shown.code);
      context.out.line(
        `Within ${minutes} minutes, on the other appliance: platen pair join HOST, ` +
          `with this code. It takes ${shown.attemptsLeft} attempts.`,
      );
    },
  },
  {
    name: 'pair join',
    summary: 'Pair with the appliance that shows a code',
    usage: 'HOST CODE',
    arguments: { least: 2, most: 2 },
    options: {
      ...replaceOption,
      port: { type: 'string', value: 'PORT', help: 'Its listen.pair, where it is not 8884' },
    },
    async run(input, context) {
      const [host = '', code = ''] = input.args;
      const body = { host, code, replace: input.flag('replace'), ...portIn(input) };
      const client = await context.api();
      const joined = await client.send('POST', '/pair/join', body, pairView);
      if (context.asJson) return context.out.json(joined);
      context.out.line(`Paired with ${joined.peer?.name ?? host} (${joined.peer?.nodeId ?? ''}).`);
    },
  },
  {
    ...noWords,
    name: 'pair unpair',
    summary: 'End the pair on this appliance',
    options: { force: { type: 'boolean', help: 'Even if groups go out of service by it' } },
    async run(input, context) {
      const body = { force: input.flag('force') };
      const client = await context.api();
      const view = await client.send('POST', '/pair/unpair', body, pairView);
      if (context.asJson) return context.out.json(view);
      context.out.line('Unpaired. Unpair the other appliance too.');
    },
  },
  {
    ...noWords,
    name: 'pair leave',
    summary: 'Hand all groups to the other appliance, before this one is switched off',
    async run(_input, context) {
      const view = await (await context.api()).send('POST', '/pair/leave', undefined, pairView);
      if (context.asJson) return context.out.json(view);
      context.out.line('The other appliance has all groups.');
    },
  },
  {
    name: 'pair witness',
    summary: 'Set the witness, an MQTT broker on neither appliance; before there are groups',
    usage: 'ADDRESS',
    arguments: { least: 0, most: 1 },
    options: {
      port: { type: 'string', value: 'PORT', help: 'Of the broker (1883)' },
      'tls-pin': { type: 'string', value: 'SHA256', help: "Of the broker's key; without: no TLS" },
      user: { type: 'string', value: 'NAME', help: 'Its log-in' },
      'password-file': { type: 'string', value: 'FILE', help: 'Whose first line is the password' },
      none: { type: 'boolean', help: 'Do without a witness' },
    },
    async run(input, context) {
      const client = await context.api();
      const view = input.flag('none')
        ? await client.send('DELETE', '/pair/witness', undefined, pairView)
        : await client.send('POST', '/pair/witness', await witnessOf(input, context), pairView);
      show(context, view);
    },
  },
];

function portIn(input: CommandInput): { readonly port?: number } {
  const text = input.text('port');
  if (text === undefined) return {};
  if (!/^\d{1,5}$/.test(text)) throw new CliError(`--port ${text} is no port number.`, 2);
  return { port: Number(text) };
}

async function witnessOf(input: CommandInput, { readDocument }: CommandContext) {
  const [address] = input.args;
  if (address === undefined) throw new CliError('Name the address of the witness, or --none.', 2);
  const [tlsPin, userName] = [input.text('tls-pin'), input.text('user')];
  const file = input.text('password-file');
  const password = file === undefined ? undefined : await firstLine(await readDocument(file));
  return {
    address,
    ...portIn(input),
    ...(tlsPin === undefined ? {} : { tlsPin }),
    ...(userName === undefined ? {} : { userName }),
    ...(password === undefined ? {} : { password }),
  };
}

const mostPasswordBytes = 4_096;

async function firstLine(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of bytes) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('\n') || text.length > mostPasswordBytes) break;
  }
  return text.split('\n')[0] ?? '';
}

function show({ asJson, out }: CommandContext, view: PairView): void {
  if (asJson) return out.json(view);
  const { peer, link, witness, code } = view;
  const rows: (readonly [string, string])[] = [['node', view.nodeId]];
  if (peer === undefined) rows.push(['peer', 'none: platen pair show-code']);
  else {
    const versionText = peer.version === undefined ? '' : `, version ${peer.version}`;
    rows.push(['peer', `${peer.name} (${peer.nodeId})`]);
    rows.push(['address', `${peer.address}, ports ${peer.beatPort} and ${peer.channelPort}`]);
    rows.push(['connected', `${peer.connected ? 'yes' : 'no'}${versionText}`]);
    if (peer.relation !== undefined && peer.relation !== 'peer') {
      rows.push(['', `the peer says: ${peer.relation}; unpair, and pair the two anew`]);
    }
    rows.push(['heartbeats', pathsText(link)]);
    rows.push(['witness', witness === undefined ? 'none' : `${witness.address} ${link.witness}`]);
  }
  if (code !== undefined) {
    rows.push(['code', `shown for ${code.secondsLeft} s, ${code.attemptsLeft} attempts left`]);
  }
  out.fields(rows);
}

function pathsText({ outgoing, incoming, datagrams, echoMs }: PairView['link']): string {
  const paths = [
    ...(outgoing ? ['to its broker'] : []),
    ...(incoming ? ['by our broker'] : []),
    ...(datagrams ? ['UDP'] : []),
  ];
  const echo =
    echoMs === undefined
      ? ''
      : `; echo ${echoMs.median.toFixed(1)} ms, worst ${echoMs.worst.toFixed(1)} ms`;
  return `${paths.length === 0 ? 'none' : paths.join(', ')}${echo}`;
}
