// The Debian packages that the checks and tools need, each with the reason.

export interface DebianPackage {
  readonly name: string;
  readonly why: string;
}

export const debianPackages: readonly DebianPackage[] = [
  { name: 'avahi-daemon', why: 'a judge of discovery; ippeveprinter needs it too' },
  { name: 'avahi-utils', why: 'avahi-browse, avahi-resolve and avahi-publish, real clients' },
  { name: 'binutils', why: 'strip, for the single file' },
  { name: 'binutils-aarch64-linux-gnu', why: 'strip, for the single file for Arm' },
  { name: 'chromium', why: 'the browser in which the page is tried' },
  { name: 'cups', why: 'cupsd, beside Platen in the bench, and cups-lpd, a judge of lpr' },
  { name: 'cups-client', why: 'lp and lpadmin, real clients' },
  { name: 'cups-ipp-utils', why: 'ipptool and ippeveprinter, judges of IPP' },
  { name: 'curl', why: 'a real client of HTTPS' },
  { name: 'dbus', why: 'the bus between avahi-daemon and ippeveprinter' },
  { name: 'dbus-daemon', why: 'the bus by which avahi is asked' },
  { name: 'iproute2', why: 'ip and ss, for hosts in network namespaces and the supervisor' },
  { name: 'keepalived', why: 'beside Platen in the failover bench' },
  { name: 'nftables', why: 'nft, the gate of group addresses' },
  { name: 'libatomic1-arm64-cross', why: 'what the runtime for Arm needs, emulated' },
  { name: 'libc6-arm64-cross', why: 'what the runtime for Arm needs, emulated' },
  { name: 'libgcc-s1-arm64-cross', why: 'what the runtime for Arm needs, emulated' },
  { name: 'libstdc++6-arm64-cross', why: 'what the runtime for Arm needs, emulated' },
  { name: 'mosquitto', why: 'a real witness of the pair' },
  { name: 'mosquitto-clients', why: 'mosquitto_sub and mosquitto_pub, strangers to the pair' },
  { name: 'netcat-openbsd', why: 'nc, a real client of raw 9100' },
  { name: 'p910nd', why: 'a print server that is not ours, a judge of raw 9100' },
  { name: 'qemu-user-static', why: 'an emulated Arm processor, for the single file' },
  { name: 'rlpr', why: 'rlpr, rlpq and rlprm, real clients of LPD' },
  { name: 'openssl', why: 'certificates for emulated printers with TLS' },
  { name: 'smitools', why: 'smilint, a judge of PLATEN-MIB' },
  { name: 'snmp', why: 'snmpget, snmpwalk, snmpbulkwalk and snmptable, judges of the agent' },
  { name: 'snmptrapd', why: 'a judge of notifications' },
  { name: 'systemd', why: 'systemd-analyze, a judge of the sandboxes of the image' },
  { name: 'strace', why: 'records writes and syncs of real SQLite, for power cuts' },
  { name: 'socat', why: 'pseudo-terminals, for serial ports' },
];

/** Only unpacked below build/: installed they would take the place of others. */
export const unpackedDebianPackages: readonly DebianPackage[] = [
  { name: 'lprng', why: 'its lpd, a judge of lpr; it would take the place of lp of cups-client' },
];
