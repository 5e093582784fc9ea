// Network settings as systemd's files: what stands in them, and that nothing foreign can.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { networkSettings } from '../../firmware/network-settings/contract.ts';
import { filesOf } from '../../firmware/network-settings/files.ts';

const files = (settings: unknown) => filesOf(networkSettings.parse(settings));

describe('the files of network settings', () => {
  test('nothing set is no file: the image has its own', () => {
    assert.equal(files({}).size, 0);
  });

  test('a static interface has its addresses, router and servers, and asks nobody', () => {
    const made = files({
      nameServers: ['192.0.2.53', '2001:db8::53'],
      timeServers: ['ntp.example.net'],
      interfaces: [
        {
          name: 'end0',
          ipv4: { method: 'static', addresses: ['192.0.2.7/24'], gateway: '192.0.2.1' },
          ipv6: { method: 'static', addresses: ['2001:db8::7/64'], gateway: 'fe80::1' },
        },
      ],
    });
    const text = made.get('network/10-platen-end0.network') ?? '';
    for (const line of [
      'Name=end0',
      'DHCP=no',
      'IPv6AcceptRA=no',
      'Address=192.0.2.7/24',
      'Gateway=192.0.2.1',
      'Address=2001:db8::7/64',
      'Gateway=fe80::1',
      'UseDNS=no',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line} in\n${text}`);
    }
    assert.match(
      made.get('resolved.conf.d/10-platen.conf') ?? '',
      /^DNS=192.0.2.53 2001:db8::53$/m,
    );
    assert.match(made.get('timesyncd.conf.d/10-platen.conf') ?? '', /^NTP=ntp.example.net$/m);
  });

  test('a VLAN is a device on its link, which has no addresses unless it is named too', () => {
    const made = files({ interfaces: [{ name: 'end0', vlan: 7 }] });
    assert.match(made.get('network/10-platen-end0.7.netdev') ?? '', /Kind=vlan\n\n\[VLAN\]\nId=7/);
    const link = made.get('network/10-platen-end0.network') ?? '';
    assert.match(link, /^VLAN=end0\.7$/m);
    assert.match(link, /^DHCP=no$/m);
    assert.match(made.get('network/10-platen-end0.7.network') ?? '', /^DHCP=yes$/m);
    const both = files({ interfaces: [{ name: 'end0' }, { name: 'end0', vlan: 7 }] });
    const own = both.get('network/10-platen-end0.network') ?? '';
    assert.match(own, /^DHCP=yes$[\s\S]*^VLAN=end0\.7$/m);
  });

  test('an address lasts while the box is shut down, and hands its groups over', () => {
    const text = files({ interfaces: [{ name: 'end0' }] }).get('network/10-platen-end0.network');
    assert.match(text ?? '', /^KeepConfiguration=dhcp-on-stop$/m);
  });

  test('every mixture of families says what is asked by DHCP', () => {
    const dhcpOf = (ipv4: string, ipv6: string) => {
      const each = { name: 'end0', ipv4: { method: ipv4 }, ipv6: { method: ipv6 } };
      const text = files({ interfaces: [each] }).get('network/10-platen-end0.network') ?? '';
      return /^DHCP=(.*)$/m.exec(text)?.[1];
    };
    assert.equal(dhcpOf('automatic', 'automatic'), 'yes');
    assert.equal(dhcpOf('automatic', 'off'), 'ipv4');
    assert.equal(dhcpOf('off', 'automatic'), 'ipv6');
    assert.equal(dhcpOf('off', 'off'), 'no');
  });

  test('the file for all interfaces comes after those of single ones', () => {
    const names = [...files({ interfaces: [{ name: '*' }, { name: 'zy9' }] }).keys()].sort();
    assert.deepEqual(names, ['network/10-platen-zy9.network', 'network/10-platen-zz-all.network']);
  });

  test('text that could become a line, a section or a path is refused', () => {
    for (const bad of [
      { hostName: 'a\nb' },
      { hostName: '-a' },
      { timeZone: '../../etc/passwd' },
      { timeZone: 'Mars/Olympus' },
      { nameServers: ['192.0.2.1\nDNS=10.0.0.1'] },
      { nameServers: ['fe80::1%end0'] },
      { timeServers: ['a b'] },
      { timeServers: ['a\n[Time]'] },
      { interfaces: [{ name: '../end0' }] },
      { interfaces: [{ name: 'end0', vlan: 4095 }] },
      { interfaces: [{ name: 'end0', ipv4: { method: 'static', addresses: ['2001:db8::7/64'] } }] },
      { interfaces: [{ name: 'end0', ipv4: { method: 'static', addresses: ['192.0.2.7/33'] } }] },
      { interfaces: [{ name: 'end0', ipv4: { method: 'static', addresses: [] } }] },
      { interfaces: [{ name: 'end0', wifi: 'secret' }] },
      { hostname: 'a' },
    ]) {
      assert.equal(networkSettings.safeParse(bad).success, false, JSON.stringify(bad));
    }
  });

  test('whatever passes the schema stays on its line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, server) => {
        const read = networkSettings.safeParse({ hostName: host, timeServers: [server] });
        if (!read.success) return;
        for (const text of filesOf(read.data).values()) {
          assert.ok(!/^\[(?!Time\])/m.test(text) && text.trim().split('\n').length <= 2);
        }
      }),
    );
  });
});
