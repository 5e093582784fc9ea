// A printer of the bench, in a namespace of its own: takes raw documents, and notes for each who
// sent it, by hardware address, when its first byte came and how it ended.
//
// node printer-process.ts PORT; writes JSON lines: {"ready":true}, then one for each event.
import { createServer, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import type { PrinterLine } from './lines.ts';
import { openPacketSocket } from '../../hal/linux/network/packet-socket.ts';

const port = Number(process.argv[2] ?? '9100');
/** ETH_P_ALL of linux/if_ether.h. */
const everyType = 0x0003;
const types = { ipv4: 0x0800, arp: 0x0806 } as const;
const headOctets = 14;
const lookEveryMs = 1;
/** Bytes of one sender within this time are one line. */
const joinMs = 20;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const write = (line: PrinterLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

const macOfPort = new Map<number, string>();
const lastByMac = new Map<string, number>();
const index = Number(readFileSync('/sys/class/net/eth0/ifindex', 'latin1'));
const capture = openPacketSocket(index, everyType);
setInterval(() => {
  for (let frame = capture.receive(); frame !== undefined; frame = capture.receive()) look(frame);
}, lookEveryMs);

function look(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < headOctets) return;
  const type = view.getUint16(12);
  const mac = macText(frame.subarray(6, 12));
  if (type === types.arp) lookAtArp(frame, mac);
  else if (type === types.ipv4) lookAtTcp(frame, view, mac);
}

/** RFC 5227 3: sender and target are the same. */
function lookAtArp(frame: Uint8Array, mac: string): void {
  if (frame.length < headOctets + 28) return;
  const address = frame.subarray(28, 32).join('.');
  if (address !== frame.subarray(38, 42).join('.')) return;
  write({ kind: 'announced', atMs: nowMs(), mac, address });
}

function macText(octets: Uint8Array): string {
  return Buffer.from(octets)
    .toString('hex')
    .replace(/..(?=.)/g, '$&:');
}

function lookAtTcp(frame: Uint8Array, view: DataView, mac: string): void {
  const ipAt = headOctets;
  if (frame.length < ipAt + 40 || view.getUint8(ipAt + 9) !== 6) return;
  const tcpAt = ipAt + (view.getUint8(ipAt) & 0xf) * 4;
  if (view.getUint16(tcpAt + 2) !== port) return;
  macOfPort.set(view.getUint16(tcpAt), mac);
  const payload = view.getUint16(ipAt + 2) - (tcpAt - ipAt) - (view.getUint8(tcpAt + 12) >> 4) * 4;
  if (payload <= 0) return;
  const atMs = nowMs();
  if (atMs < (lastByMac.get(mac) ?? -Infinity) + joinMs) return;
  lastByMac.set(mac, atMs);
  write({ kind: 'bytes', atMs, mac });
}

/** Documents begin with a line that names them and says how long they are: `JOB id bytes`. */
function take(socket: Socket): void {
  let firstByteAtMs = 0;
  let bytes = 0;
  let head = '';
  const remotePort = socket.remotePort ?? 0;
  let told = false;
  const end = (inOrder: boolean) => {
    if (told || bytes === 0) return;
    told = true;
    const [line = ''] = head.split('\n');
    const whole = inOrder && Number(line.split(' ')[2]) === bytes;
    const mac = macOfPort.get(remotePort) ?? 'unknown';
    write({ kind: 'document', firstByteAtMs, endedAtMs: nowMs(), mac, head: line, bytes, whole });
  };
  socket.on('data', (chunk: Buffer) => {
    if (bytes === 0) firstByteAtMs = nowMs();
    bytes += chunk.length;
    if (head.length < 128) head += chunk.toString('latin1', 0, 128);
  });
  socket.on('end', () => {
    end(true);
    socket.end();
  });
  socket.on('error', () => end(false));
  socket.on('close', () => end(false));
}

createServer({ allowHalfOpen: true }, take).listen(port, '0.0.0.0', () => write({ kind: 'ready' }));
