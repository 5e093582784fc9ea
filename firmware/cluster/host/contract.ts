// The host of one group on one node: what turns the machine's effects into deeds of store, spooler,
// sockets and network, and their answers into events.
//
// Life cycle: createGroupHost(options) touches nothing; `start` reads what the disk remembers and
// begins to tick; `stop` ends at once what this node does for the group (an orderly leave is asked
// for by `feed({ kind: 'leave' })` before, and told by `onLeft`).
import type { Clock, Tcp } from '../../../hal/contract.ts';
import type { MonitorLog } from '../../../monitors/contract.ts';
import type { JobDocument } from '../../jobs/job.ts';
import type { DocumentReader } from '../../spool/document-reader.ts';
import type { Spool } from '../../spool/spool.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Refusal } from '../../errors/codes.ts';
import type { GroupView, HandsEffect } from '../../pair/contract.ts';
import type { Permit } from '../../spooler/permit.ts';
import type { Store, Term } from '../../store/contract.ts';
import type { JobPayload } from '../../store/records/job-payloads.ts';
import type { ClusterEvent } from '../contract/event.ts';
import type { GroupFiles } from './fetch-files.ts';
import type { Durable, GroupConfig, LogShape } from '../contract/state.ts';
import type { GroupDefinition } from '../group-definition.ts';
import type { GroupResources } from '../groups.ts';

/** The group's addresses, and whoever can be asked about the network. Nothing here rejects. */
export interface GroupNetwork {
  /**
   * Takes or renews the group's addresses, and the gate of their packets, to end at `untilMs` of
   * the monotonic clock. Resolves once the kernel has them, or could not take them.
   */
  renew(untilMs: number): Promise<void>;
  /**
   * Deletes the addresses, then closes the group's listeners. The host has reset the printer
   * sockets that it knows; the supervisor destroys the others. Resolves when they are gone: until
   * then this node leads nothing.
   */
  fence(): Promise<void>;
  /**
   * From now until the fence new connections to the addresses get no answer, and are asked for
   * again where the addresses are then; those that are open go on.
   */
  hold(): Promise<void>;
  /** Each answer is fed as `arbiter-replied` with the moment of the asking. */
  askArbiters(): void;
  /** Each answer of the owner's addresses or the group's is fed as `probe-answered`. */
  probe(): void;
  /** Another machine has one of the group's addresses: for people. */
  reportConflict(): void;
}

/** A document as a record names it. */
export interface DocumentRequest {
  readonly spooler: string;
  readonly jobId: string;
  readonly document: Pick<JobDocument, 'number' | 'sizeBytes' | 'digest'>;
}

/** A document that is whole on the owner's disk, and whose record is about to be committed. */
export interface OfferedDocument {
  readonly spooler: string;
  readonly added: JobPayload<'job.document-added'>;
  /** The job's record, where it is about to be committed too. */
  readonly created?: JobPayload<'job.created'> | undefined;
}

/** Documents of the peer, over whatever connects the two. */
export interface PeerDocuments {
  /**
   * The document's bytes, as the peer's host reads them by `openDocument`. `gone`: the job has
   * ended there, so its bytes are not needed. Rejects, or its stream throws, where the peer can't
   * be reached or the connection breaks; the host asks again. Length and digest are checked by the
   * host, which gives up where nothing comes for a while.
   */
  fetch(request: DocumentRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | 'gone'>;
  /**
   * The body of the snapshot that stands in the peer's log at `seq`; `gone`: another one does by
   * now. Rejects as `fetch` does.
   */
  snapshot(
    request: { readonly spooler: string; readonly seq: number },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | 'gone'>;
  /**
   * Asks the peer's host to take a document ahead of its record (`takeAhead`). Resolves once it has
   * it; rejects where it can't, or the peer can't be reached.
   */
  offer(offered: OfferedDocument, signal: AbortSignal): Promise<void>;
}

/** The key and certificate by which clients know the group; the log names them by digest alone. */
export interface GroupCredentials {
  /** Of those that this node holds; undefined: none. */
  digest(): string | undefined;
  /** Takes the peer's, durably; rejects where it has no such ones, or can't be reached. */
  take(digest: string, signal: AbortSignal): Promise<void>;
}

/** What a machine starts from, and where its deeds go. */
export interface MachineStart {
  readonly config: GroupConfig;
  readonly durable: Durable;
  readonly log: LogShape;
  /** Effects in order; what has an answer is answered by `feed`, never within the call. */
  readonly perform: (effect: HandsEffect) => void;
  /** The view differs from what it was. */
  readonly onView: () => void;
}

/** A group's machine with its timer and its voice, in this thread or in another one. */
export interface GroupMachine {
  feed(event: ClusterEvent): void;
  /** live() of PAIR.md for an ownership of this term, now; never again true for an older one. */
  live(term: Term): boolean;
  readonly view: GroupView;
  /** Says and does nothing any more. */
  stop(): void;
}

/** What a group's spooler is made with, for one ownership. */
export interface OwnershipParts {
  readonly id: string;
  readonly term: Term;
  /** Live while this ownership is, and never again after it. */
  readonly permit: Permit;
  /**
   * The node's store for this ownership: a commit resolves when the rules say that it counts (R1),
   * and rejects with a StoreError where nothing is known of it.
   */
  readonly store: Store;
  /** Connections of this ownership alone: refused without the permit, reset by a fence. */
  readonly tcp: Tcp;
  /**
   * From where the next connection of a port should come: a dead owner's local port resets its dead
   * session at a printer that serves one only. Undefined: any.
   */
  readonly localPortOf: (portName: string) => Promise<number | undefined>;
}

export interface GroupHostOptions {
  /** Id of the group and of its spooler. */
  readonly id: string;
  readonly config: GroupConfig;
  /** As it is now; `defined` tells of a change. */
  readonly definition: () => GroupDefinition;
  /** The node's store. */
  readonly store: Store;
  readonly spool: Pick<Spool, 'receive' | 'open'>;
  readonly clock: Clock;
  readonly tcp: Tcp;
  readonly network: GroupNetwork;
  readonly documents: PeerDocuments;
  /** Documents of so many bytes go ahead of their records; left out: `clusterLimits.aheadBytes`. */
  readonly aheadBytes?: number;
  /** Left out: the group has none. */
  readonly credentials?: GroupCredentials;
  /** Left out: no queue of the group has files. */
  readonly files?: GroupFiles;
  readonly makeMachine: (start: MachineStart) => GroupMachine;
  /** A spooler that is not started; the host starts and stops it. */
  readonly makeSpooler: (parts: OwnershipParts) => Spooler;
  readonly log: MonitorLog;
  /** View, spooler or resources differ from what they were. */
  readonly onChange?: () => void;
  /** A move that was asked for can't be done now. */
  readonly onMoveRefused?: (reason: 'not-owner' | 'not-in-step') => void;
  /** R6 holds so many jobs for the peer's word; 0: it came, and they go on. */
  readonly onJobsHeld?: (count: number) => void;
  /** After `leave`: the peer knows of the promise, and the process may end. */
  readonly onLeft?: () => void;
  /** The store failed where nothing can go on: the process has to start anew. */
  readonly onFault: (error: unknown) => void;
}

export interface GroupHost {
  readonly id: string;
  /** Undefined before `start`. */
  readonly view: GroupView | undefined;
  /** The group's spooler while this node owns it and it has started. */
  readonly spooler: Spooler | undefined;
  /** The group's resources; undefined where this node does not own it. */
  readonly resources: GroupResources | undefined;
  /**
   * On the owner. Offline: no job starts and none is taken any more, what prints has the job
   * completion time-out to end, then spooler, name and addresses go, in this order. Both are in the
   * group's log first, so that the group stays so whoever owns it. Resolves when it is done.
   */
  takeOffline(signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal>;
  bringOnline(signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal>;
  /**
   * On the owner: the group's credentials are others, or may be. Resolves once the log says so, so
   * that a standby in step has them as well; rejects where it can't.
   */
  noteCredentials(): Promise<void>;
  /** Policies or preferred owner are other ones. */
  defined(): void;
  /** Reads what the disk remembers and starts the machine; rejects where the store fails. */
  start(): Promise<void>;
  /** What happened: connections, answers of the network, what people ask. */
  feed(event: ClusterEvent): void;
  /** For the peer that fetches it; undefined: the job has ended, or was never here. */
  openDocument(jobId: string, number: number): Promise<DocumentReader | undefined>;
  /** For the peer: the body of a snapshot, in UTF-8; undefined: it does not stand in the log. */
  snapshotBody(seq: number): Promise<Uint8Array | undefined>;
  /**
   * On the standby: fetches a document whose record follows. Resolves once it is here; rejects
   * where it can't be had.
   */
  takeAhead(offered: OfferedDocument, signal: AbortSignal): Promise<void>;
  /** Resets what is open, stops the spooler and the machine. */
  stop(deadline: AbortSignal): Promise<void>;
}
