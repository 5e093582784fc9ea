// The MQTT topics of the pair.

const root = 'platen/1';

/**
 * What an appliance says to the other, on either broker: batches of records go by a lane, and by
 * connections, of their own, so that no heartbeat waits behind them. An empty message says that its
 * sender is there.
 */
export const lanes = ['urgent', 'records'] as const;

export type Lane = (typeof lanes)[number];

export function laneTopic(to: string, lane: Lane): string {
  return `${root}/pair/${to}/${lane}`;
}

/** Undefined for a topic that is no lane to this node. */
export function laneOf(topic: string, to: string): Lane | undefined {
  return lanes.find((lane) => laneTopic(to, lane) === topic);
}

/** The one topic of a group at the witness: heartbeats and claims of both nodes, in one order. */
export function witnessTopic(generation: number, group: string): string {
  return `${root}/witness/${generation}/${group}`;
}
