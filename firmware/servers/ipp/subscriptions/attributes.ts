// Attributes of subscriptions and of the events that they are told (RFC 3995 5.4, 9.1).
import type { IppAttribute, IppGroup } from '../../../../monitors/wire/ipp/message.ts';
import {
  attribute,
  boolean,
  charset,
  clipToOctets,
  dateTime,
  enumValue,
  group,
  integer,
  keyword,
  name,
  naturalLanguage,
  octetString,
  text,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Printer } from '../../../printers/printer.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { rowsOf } from '../attributes/row.ts';
import { jobStateNumbers, printerStateNumbers } from '../state-numbers.ts';
import { upTimeAt, type IppNow } from '../sources.ts';
import type { UriMaker } from '../uris.ts';
import type { Notification, Subscription } from './subscriptions.ts';

const textOctets = 1023;

export interface SubscriptionSource {
  readonly subscription: Subscription;
  readonly printer: Printer;
  /** Of a per-job subscription, while the job is known. */
  readonly jobNumber: number | undefined;
  readonly uris: UriMaker;
  readonly now: IppNow;
  readonly monotonicMs: number;
}

const template = rowsOf<SubscriptionSource>('subscription-template');
const description = rowsOf<SubscriptionSource>('subscription-description');

export const subscriptionAttributes: readonly AttributeRow<SubscriptionSource>[] = [
  template('notify-pull-method', 'type2 keyword', () => keyword('ippget'), 'RFC 3995 5.3.2'),
  template(
    'notify-events',
    '1setOf type2 keyword',
    ({ subscription }) => subscription.events.map(keyword),
    'RFC 3995 5.3.3',
  ),
  template(
    'notify-user-data',
    'octetString(63)',
    ({ subscription: { userData } }) =>
      userData === undefined ? undefined : octetString(userData),
    'RFC 3995 5.3.5',
  ),
  template('notify-charset', 'charset', () => charset('utf-8'), 'RFC 3995 5.3.6'),
  template(
    'notify-natural-language',
    'naturalLanguage',
    () => naturalLanguage('en'),
    'RFC 3995 5.3.7',
  ),
  template(
    'notify-lease-duration',
    'integer(0:67108863)',
    ({ subscription: { jobId, leaseSeconds } }) =>
      jobId === undefined ? integer(leaseSeconds) : undefined,
    'RFC 3995 5.3.8',
  ),
  description(
    'notify-subscription-id',
    'integer(1:MAX)',
    ({ subscription }) => integer(subscription.id),
    'RFC 3995 5.4.1',
  ),
  description(
    'notify-sequence-number',
    'integer(0:MAX)',
    ({ subscription }) => integer(subscription.lastSequence),
    'RFC 3995 5.4.2',
  ),
  description(
    'notify-lease-expiration-time',
    'integer(0:MAX)',
    ({ subscription: { expiresAtMs }, now, monotonicMs }) =>
      expiresAtMs === undefined
        ? undefined
        : integer(now.upTimeSeconds + Math.round((expiresAtMs - monotonicMs) / 1000)),
    'RFC 3995 5.4.3',
  ),
  description(
    'notify-printer-up-time',
    'integer(1:MAX)',
    ({ now }) => integer(now.upTimeSeconds),
    'RFC 3995 5.4.4',
  ),
  description(
    'notify-printer-uri',
    'uri',
    ({ uris, printer }) => uri(uris.printer(printer.name)),
    'RFC 3995 5.4.5',
  ),
  description(
    'notify-job-id',
    'integer(1:MAX)',
    ({ jobNumber }) => (jobNumber === undefined ? undefined : integer(jobNumber)),
    'RFC 3995 5.4.6',
  ),
  description(
    'notify-subscriber-user-name',
    'name(MAX)',
    ({ subscription }) => name(subscription.userName),
    'RFC 3995 5.4.7',
  ),
];

/** One event as RFC 3995 9.1 and 9.3 lay it out; of jobs with their names where they are shown. */
export function notificationGroup(
  { subscription, printer, uris, now }: SubscriptionSource,
  { sequence, name: eventName, event }: Notification,
  showsJobs: boolean,
): IppGroup {
  const { userData } = subscription;
  // Who hears of a job of its own subscribed to that job.
  const isOfOwn = subscription.jobId !== undefined || !('jobId' in event) || showsJobs;
  const words = wordsOf(eventName, isOfOwn ? event.facts : { ...event.facts, name: '' });
  return group(
    'event-notification-attributes',
    attribute('notify-subscription-id', integer(subscription.id)),
    attribute('notify-printer-uri', uri(uris.printer(printer.name))),
    attribute('notify-subscribed-event', keyword(eventName)),
    attribute('printer-up-time', integer(Math.max(1, upTimeAt(event.at, now)))),
    ...(event.at.trusted ? [attribute('printer-current-time', dateTime(event.at.ms))] : []),
    attribute('notify-sequence-number', integer(sequence)),
    attribute('notify-charset', charset('utf-8')),
    attribute('notify-natural-language', naturalLanguage('en')),
    ...(userData === undefined ? [] : [attribute('notify-user-data', octetString(userData))]),
    attribute('notify-text', text(clipToOctets(words, textOctets))),
    ...('jobId' in event ? jobFacts(event.facts) : printerFacts(printer, event.facts)),
  );
}

type Facts = Notification['event']['facts'];

function jobFacts(facts: Facts): readonly IppAttribute[] {
  const { number, state } = facts;
  return [
    ...(typeof number === 'number' ? [attribute('job-id', integer(number))] : []),
    ...(isJobState(state) ? [attribute('job-state', enumValue(jobStateNumbers[state]))] : []),
    ...reasonsOf('job-state-reasons', facts),
  ];
}

function printerFacts({ accepting }: Printer, facts: Facts): readonly IppAttribute[] {
  const { state } = facts;
  return [
    ...(isPrinterState(state)
      ? [attribute('printer-state', enumValue(printerStateNumbers[state]))]
      : []),
    ...reasonsOf('printer-state-reasons', facts),
    attribute('printer-is-accepting-jobs', boolean(accepting)),
  ];
}

function reasonsOf(attributeName: string, { reasons }: Facts): readonly IppAttribute[] {
  const [first = 'none', ...more] = Array.isArray(reasons) ? reasons : [];
  return [attribute(attributeName, keyword(first), ...more.map(keyword))];
}

function isJobState(state: unknown): state is keyof typeof jobStateNumbers {
  return typeof state === 'string' && Object.hasOwn(jobStateNumbers, state);
}

function isPrinterState(state: unknown): state is keyof typeof printerStateNumbers {
  return typeof state === 'string' && Object.hasOwn(printerStateNumbers, state);
}

function wordsOf(eventName: string, facts: Facts): string {
  const { name: what, state, message, client, files, keys } = facts;
  const words = [eventName, what, state, message, client, String(files ?? keys ?? '')].filter(
    (each) => typeof each === 'string' && each !== '',
  );
  return words.join(': ');
}
