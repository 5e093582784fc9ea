// Target: the responder and a browser of discovery, told anything by strangers.
import { decodeDnsMessage } from '../../../monitors/wire/dns/decode.ts';
import { encodeDnsMessage } from '../../../monitors/wire/dns/encode.ts';
import { dnsTypes } from '../../../monitors/wire/dns/message.ts';
import {
  announcement,
  DiscoveryWorld,
  emptyMessage,
  establishedMs,
  group,
  ippName,
  officeName,
} from '../../discovery/rig.ts';
import { type FuzzTarget, must } from '../target.ts';
import { captured } from './wire-targets.ts';

const stranger = '10.0.0.99';
/** To one datagram of a stranger. */
const answersMost = 40;
const resetEvery = 500;

export const discoveryTarget: FuzzTarget = {
  name: 'discovery',
  words: ['\x06Office\x04_ipp\x04_tcp\x05local\x00', '\x06platen\x05local\x00', '\xc0\x0c'],
  async seeds() {
    const question = { class: 1, unicastResponse: false } as const;
    const asked = encodeDnsMessage({
      ...emptyMessage,
      response: false,
      questions: [
        { ...question, name: ippName, type: dnsTypes.PTR },
        { ...question, name: officeName, type: dnsTypes.ANY },
      ],
    });
    return [...captured('dns'), asked];
  },
  async open() {
    let [world, runs] = [await settled(), 0];
    return {
      async try(input, chance) {
        runs += 1;
        if (runs % resetEvery === 0) world = await settled();
        const port = chance.chance(0.2) ? 40_000 : group.port;
        world.segment.say({ address: stranger, port }, group, input);
        await world.clock.advance(chance.integer(0, 600));
        const said = world.segment.said.splice(0).filter(({ from }) => from !== stranger);
        for (const { bytes } of said) decodeDnsMessage(bytes);
        must(said.length <= answersMost, `${said.length} datagrams answer one`);
        return `${said.length}`;
      },
      close: async () => undefined,
    };
  },
};

async function settled(): Promise<DiscoveryWorld> {
  const world = new DiscoveryWorld();
  const { discovery } = world.add();
  discovery.announce(announcement());
  discovery.browse({ types: ['_ipp', '_printer'], onChange: () => undefined });
  await discovery.start();
  await world.clock.advance(establishedMs);
  world.segment.said.splice(0);
  return world;
}
