// Network settings as the files that systemd-networkd, -resolved and -timesyncd read
// (systemd.network(5), systemd.netdev(5), resolved.conf(5), timesyncd.conf(5)).
import type { InterfaceSettings, NetworkFiles, NetworkSettings } from './contract.ts';

/** Names are paths below /run/systemd, but for `hostname` and `timezone`. */
export function filesOf(settings: NetworkSettings): NetworkFiles {
  const files = new Map<string, string>();
  for (const [name, vlans] of linksOf(settings.interfaces)) {
    files.set(`network/10-platen-${fileName(name)}.network`, linkFile(name, vlans, settings));
    for (const vlan of vlans) {
      const [id, device] = [vlan.vlan ?? 0, vlanName(vlan)];
      files.set(
        `network/10-platen-${device}.netdev`,
        section('NetDev', [`Name=${device}`, 'Kind=vlan']) + section('VLAN', [`Id=${id}`]),
      );
      files.set(
        `network/10-platen-${device}.network`,
        section('Match', [`Name=${device}`]) + addressing(vlan, settings),
      );
    }
  }
  if (settings.nameServers.length > 0) {
    const line = `DNS=${settings.nameServers.join(' ')}`;
    files.set('resolved.conf.d/10-platen.conf', section('Resolve', [line]));
  }
  if (settings.timeServers.length > 0) {
    const line = `NTP=${settings.timeServers.join(' ')}`;
    files.set('timesyncd.conf.d/10-platen.conf', section('Time', [line]));
  }
  if (settings.hostName !== undefined) files.set('hostname', `${settings.hostName}\n`);
  if (settings.timeZone !== undefined) files.set('timezone', `${settings.timeZone}\n`);
  return files;
}

/** What is said of one interface twice, in words for people. */
export function contradictionsIn({ interfaces }: NetworkSettings): readonly string[] {
  const seen = new Set<string>();
  return interfaces.flatMap((each) => {
    const name = each.vlan === undefined ? each.name : vlanName(each);
    if (each.name === '*' && each.vlan !== undefined) {
      return ['A VLAN needs the name of its interface, not *.'];
    }
    if (each.name === '*' && (isStatic(each.ipv4) || isStatic(each.ipv6))) {
      return ['A static address needs the name of its interface, not *.'];
    }
    if (seen.has(name)) return [`The interface ${name} is there twice.`];
    seen.add(name);
    return [];
  });
}

const isStatic = ({ method }: { readonly method: string }) => method === 'static';

/** A link that only carries VLANs has no addresses of its own. */
function linksOf(interfaces: readonly InterfaceSettings[]) {
  const links = new Map<string, InterfaceSettings[]>();
  for (const each of interfaces) {
    const vlans = links.get(each.name) ?? [];
    if (each.vlan !== undefined) vlans.push(each);
    links.set(each.name, vlans);
  }
  return links;
}

function linkFile(
  name: string,
  vlans: readonly InterfaceSettings[],
  settings: NetworkSettings,
): string {
  const own = settings.interfaces.find((each) => each.name === name && each.vlan === undefined);
  const match = name === '*' ? ['Type=ether'] : [`Name=${name}`];
  const carried = vlans.map((vlan) => `VLAN=${vlanName(vlan)}`);
  if (own !== undefined) return section('Match', match) + addressing(own, settings, carried);
  const nothing = ['LinkLocalAddressing=no', 'IPv6AcceptRA=no', 'DHCP=no'];
  return section('Match', match) + section('Network', [...nothing, ...carried]);
}

function addressing(
  { ipv4, ipv6 }: InterfaceSettings,
  settings: NetworkSettings,
  carried: readonly string[] = [],
): string {
  const dhcp = [ipv4, ipv6].map(({ method }) => method === 'automatic');
  const words = {
    'true,true': 'yes',
    'true,false': 'ipv4',
    'false,true': 'ipv6',
    'false,false': 'no',
  };
  const own = settings.nameServers.length > 0 ? 'no' : 'yes';
  const network = [
    `DHCP=${words[`${dhcp[0] === true},${dhcp[1] === true}`]}`,
    `IPv6AcceptRA=${ipv6.method === 'automatic' ? 'yes' : 'no'}`,
    // At a shut-down Platen still says good-bye to its peer.
    'KeepConfiguration=dhcp-on-stop',
    `LinkLocalAddressing=${ipv6.method === 'off' ? 'no' : 'ipv6'}`,
    ...[ipv4, ipv6].flatMap((family) =>
      family.method === 'static'
        ? [
            ...family.addresses.map((address) => `Address=${address}`),
            ...(family.gateway === undefined ? [] : [`Gateway=${family.gateway}`]),
          ]
        : [],
    ),
    ...carried,
  ];
  return (
    section('Link', ['RequiredForOnline=no']) +
    section('Network', network) +
    section('DHCPv4', ['ClientIdentifier=mac', `UseDNS=${own}`, 'UseHostname=no']) +
    section('DHCPv6', ['DUIDType=link-layer', `UseDNS=${own}`]) +
    section('IPv6AcceptRA', [`UseDNS=${own}`])
  );
}

function vlanName({ name, vlan }: InterfaceSettings): string {
  return `${name}.${vlan ?? 0}`;
}

/** `*` last: files are taken in the order of their names, the first that matches counts. */
function fileName(name: string): string {
  return name === '*' ? 'zz-all' : name;
}

function section(name: string, lines: readonly string[]): string {
  return `[${name}]\n${lines.join('\n')}\n\n`;
}
