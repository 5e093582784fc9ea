// Commands of the box's network: shown, changed on trial, confirmed.
import { z } from 'zod';
import { networkView } from '../../api/schemas/network.ts';
import { CliError, type Command, type CommandContext, type CommandInput } from '../command.ts';

type View = z.output<typeof networkView>;
type Settings = View['settings'];
type Interface = Settings['interfaces'][number];

const show: Command = {
  name: 'network show',
  summary: "Show the box's network settings",
  usage: '',
  arguments: { least: 0, most: 0 },
  options: {},
  run: async (_input, context) =>
    tell(context, await (await context.api()).get('/network', networkView)),
};

const text = (value: string, help: string) => ({ type: 'string', value, help }) as const;
const texts = (value: string, help: string) => ({ ...text(value, help), multiple: true }) as const;

const set: Command = {
  name: 'network set',
  summary: 'Change the network settings; they go back after 60 s unless confirmed',
  usage: '',
  arguments: { least: 0, most: 0 },
  options: {
    interface: text('NAME', 'The interface that the addresses are for: end0, or * for all'),
    vlan: text('NUMBER', 'A VLAN on that interface'),
    address: texts('ADDRESS/BITS', 'A static address, IPv4 or IPv6; or "automatic"'),
    gateway: texts('ADDRESS', 'The router, IPv4 or IPv6'),
    remove: { type: 'boolean', help: 'Forget the interface: DHCP again' },
    dns: texts('ADDRESS', 'A DNS server; "automatic" for what DHCP names'),
    ntp: texts('HOST', 'A time server; "automatic" for what DHCP names'),
    'host-name': text('NAME', 'What the box is called, also NAME.local'),
    'time-zone': text('ZONE', 'Europe/Lisbon'),
  },
  async run(input, context) {
    const api = await context.api();
    const { settings } = await api.get('/network', networkView);
    const wanted = changed(settings, input);
    tell(context, await api.send('PATCH', '/network', wanted, networkView));
  },
};

const end = (what: 'confirm' | 'revert', summary: string): Command => ({
  name: `network ${what}`,
  summary,
  usage: '',
  arguments: { least: 0, most: 0 },
  options: {},
  run: async (_input, context) =>
    tell(
      context,
      await (await context.api()).send('POST', `/network/${what}`, undefined, networkView),
    ),
});

export const networkCommands: readonly Command[] = [
  show,
  set,
  end('confirm', 'Keep the network settings that are on trial'),
  end('revert', 'Bring back the network settings from before'),
];

/** What was not named stays. */
function changed(settings: Settings, input: CommandInput): Settings {
  const hostName = input.text('host-name');
  const timeZone = input.text('time-zone');
  return {
    ...settings,
    ...(hostName === undefined ? {} : { hostName }),
    ...(timeZone === undefined ? {} : { timeZone }),
    nameServers: listOf(input, 'dns') ?? settings.nameServers,
    timeServers: listOf(input, 'ntp') ?? settings.timeServers,
    interfaces: changedInterfaces(settings.interfaces, input),
  };
}

function listOf(input: CommandInput, option: string): string[] | undefined {
  const given = input.texts(option);
  return given?.[0] === 'automatic' ? [] : given && [...given];
}

function changedInterfaces(before: readonly Interface[], input: CommandInput): Interface[] {
  const name = input.text('interface');
  const given = ['vlan', 'address', 'gateway'].some((each) => input.texts(each)?.length);
  if (name === undefined) {
    if (given || input.flag('remove')) throw new CliError('--interface is missing.', 2);
    return [...before];
  }
  const vlan = input.text('vlan');
  const own = { name, ...(vlan === undefined ? {} : { vlan: Number(vlan) }) };
  const others = before.filter((each) => each.name !== name || each.vlan !== own.vlan);
  if (input.flag('remove')) return others;
  const addresses = (input.texts('address') ?? []).filter((each) => each !== 'automatic');
  const gateways = input.texts('gateway') ?? [];
  const family = (isOf: (address: string) => boolean) => methodOf(addresses, gateways, isOf);
  const isIpv6 = (address: string) => address.includes(':');
  return [...others, { ...own, ipv4: family((each) => !isIpv6(each)), ipv6: family(isIpv6) }];
}

function methodOf(
  addresses: readonly string[],
  gateways: readonly string[],
  isOf: (address: string) => boolean,
): Interface['ipv4'] {
  const own = addresses.filter(isOf);
  const gateway = gateways.find(isOf);
  if (own.length === 0) return { method: 'automatic' };
  return { method: 'static', addresses: own, ...(gateway === undefined ? {} : { gateway }) };
}

function tell({ asJson, out }: CommandContext, view: View): void {
  if (asJson) return out.json(view);
  const { settings, trial } = view;
  out.line(`Host name    ${settings.hostName ?? 'platen'}`);
  out.line(`Time zone    ${settings.timeZone ?? 'Etc/UTC'}`);
  out.line(`DNS servers  ${settings.nameServers.join(', ') || 'automatic'}`);
  out.line(`Time servers ${settings.timeServers.join(', ') || 'automatic'}`);
  for (const { name, vlan, ipv4, ipv6 } of settings.interfaces) {
    const families = [ipv4, ipv6].map((each) =>
      each.method === 'static' ? each.addresses.join(', ') : each.method,
    );
    out.line(`${name}${vlan === undefined ? '' : `, VLAN ${vlan}`}: ${families.join('; ')}`);
  }
  if (settings.interfaces.length === 0) out.line('Every Ethernet interface: automatic');
  if (trial === null) return;
  out.line(`On trial: goes back in ${trial.secondsLeft} s; keep it with "platen network confirm".`);
}
