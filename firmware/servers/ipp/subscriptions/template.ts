// What a client asks for in a group of subscription attributes, checked (RFC 3995 5.3).
import type { IppAttribute, IppGroup } from '../../../../monitors/wire/ipp/message.ts';
import { ippStatus, type IppStatusName } from '../../../../monitors/wire/ipp/status.ts';
import {
  attribute,
  enumValue,
  group,
  integer,
  outOfBand,
  payloadOf,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Job } from '../../../jobs/job.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { Printer } from '../../../printers/printer.ts';
import type { IppCall } from '../call.ts';
import { defaultNotifyEvent, notifyEvents, type NotifyEvent } from './notify-events.ts';

const { subscriptions: limits } = serverLimits.ipp;

/** What became of the groups of one request. */
export interface Subscribed {
  /** One for each that was asked for, in their order. */
  readonly groups: readonly IppGroup[];
  readonly failed: number;
}

/** Makes what the message asks for; each group has its own answer (RFC 3995 11.1.1.2). */
export function subscribe(call: IppCall, printer: Printer, job: Job | undefined): Subscribed {
  const asked = call.message.groups.filter(({ tag }) => tag === 'subscription-attributes');
  const groups = asked.map(({ attributes }) => subscribeOne(call, printer, job, attributes));
  return { groups, failed: groups.filter(hasStatus).length };
}

function hasStatus({ attributes }: IppGroup): boolean {
  return attributes.some(({ name }) => name === 'notify-status-code');
}

function subscribeOne(
  { subscriptions, spooler, client }: IppCall,
  printer: Printer,
  job: Job | undefined,
  attributes: readonly IppAttribute[],
): IppGroup {
  const first = (name: string) => attributes.find((each) => each.name === name)?.values[0];
  const pull = payloadOf(first('notify-pull-method'), 'keyword');
  if (pull === undefined && first('notify-recipient-uri') !== undefined) {
    return refusal('client-error-uri-scheme-not-supported');
  }
  if (pull !== 'ippget') {
    return refusal('client-error-attributes-or-values-not-supported', [
      attribute('notify-pull-method', first('notify-pull-method') ?? outOfBand.unsupported),
    ]);
  }
  const userData = payloadOf(first('notify-user-data'), 'octetString');
  if (userData !== undefined && userData.length > limits.userDataOctets) {
    return refusal('client-error-request-value-too-long');
  }
  const subscription = subscriptions.create({
    spooler: spooler.id,
    printerId: printer.id,
    jobId: job?.id,
    userName: client.userName,
    events: eventsIn(attributes),
    userData,
    leaseSeconds: leaseOf(payloadOf(first('notify-lease-duration'), 'integer')),
  });
  if (subscription === undefined) return refusal('client-error-too-many-subscriptions');
  return group(
    'subscription-attributes',
    attribute('notify-subscription-id', integer(subscription.id)),
    ...(job === undefined
      ? [attribute('notify-lease-duration', integer(subscription.leaseSeconds))]
      : []),
  );
}

/**
 * Events that are not known here are left out (RFC 3995 5.3.3.4); nothing left means the default.
 */
function eventsIn(attributes: readonly IppAttribute[]): readonly NotifyEvent[] {
  const asked = attributes.find(({ name }) => name === 'notify-events')?.values ?? [];
  const known = notifyEvents.filter((each) =>
    asked.some((value) => payloadOf(value, 'keyword') === each),
  );
  return known.length === 0 ? [defaultNotifyEvent] : known;
}

/** 0 asks for a lease without end, which is given as the longest one (RFC 3995 5.3.8). */
export function leaseOf(asked: number | undefined): number {
  if (asked === undefined) return limits.leaseSeconds;
  return asked <= 0 ? limits.leaseMaxSeconds : Math.min(asked, limits.leaseMaxSeconds);
}

function refusal(
  status: Extract<IppStatusName, `client-error-${string}`>,
  unsupported: readonly IppAttribute[] = [],
): IppGroup {
  return group(
    'subscription-attributes',
    attribute('notify-status-code', enumValue(ippStatus[status])),
    ...unsupported,
  );
}
