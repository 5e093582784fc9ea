// Subscriptions and pull notifications (RFC 3995 11, RFC 3996 5).
import type { IppAttribute } from '../../../../monitors/wire/ipp/message.ts';
import {
  attribute,
  attributeOf,
  group,
  integer,
  payloadOf,
  payloadsOf,
} from '../../../../monitors/wire/ipp/values.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { Job } from '../../../jobs/job.ts';
import { showsJobsToAll } from '../../../printers/access.ts';
import type { Printer } from '../../../printers/printer.ts';
import { roleOf } from '../../../spooler/rights.ts';
import { selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow, IppOutcome } from '../call.ts';
import { badRequest, IppFault } from '../fault.ts';
import { requestedIn, valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';
import { hiddenOfSubscription } from '../privacy.ts';
import { ippNow } from '../sources.ts';
import {
  notificationGroup,
  subscriptionAttributes,
  type SubscriptionSource,
} from '../subscriptions/attributes.ts';
import type { Subscription } from '../subscriptions/subscriptions.ts';
import { leaseOf, subscribe } from '../subscriptions/template.ts';

const { subscriptions: limits } = serverLimits.ipp;

export const subscriptionOperations: readonly IppOperationRow[] = [
  {
    name: 'Create-Printer-Subscriptions',
    target: 'printer',
    required: [],
    clause: 'RFC 3995 11.1.2',
    run: async (call, printer) => subscribed(call, printer, undefined),
  },
  {
    name: 'Create-Job-Subscriptions',
    target: 'printer',
    required: ['notify-job-id'],
    clause: 'RFC 3995 11.1.1',
    async run(call, printer) {
      const number = valueIn(call.message, 'notify-job-id', 'integer') ?? 0;
      const job = number > 0 ? await call.spooler.jobs.find(number) : undefined;
      if (job?.printerId !== printer.id) {
        throw new IppFault('client-error-not-found', 'There is no such job.');
      }
      checkOwner(call.by, job, 'subscribing to a job');
      return subscribed(call, printer, job);
    },
  },
  {
    name: 'Get-Subscription-Attributes',
    target: 'printer',
    required: ['notify-subscription-id'],
    clause: 'RFC 3995 11.2.4',
    async run(call, printer) {
      const source = await sourceOf(call, printer, subscriptionAsked(call, printer));
      const requested = requestedIn(call.message) ?? ['all'];
      return { groups: [shown(call, source, requested)] };
    },
  },
  {
    name: 'Get-Subscriptions',
    target: 'printer',
    required: [],
    clause: 'RFC 3995 11.2.5',
    async run(call, printer) {
      const requested = requestedIn(call.message) ?? ['notify-subscription-id'];
      const sources = await Promise.all(
        (await listed(call, printer)).map((each) => sourceOf(call, printer, each)),
      );
      return { groups: sources.map((source) => shown(call, source, requested)) };
    },
  },
  {
    name: 'Renew-Subscription',
    target: 'printer',
    required: ['notify-subscription-id'],
    clause: 'RFC 3995 11.2.6',
    async run(call, printer) {
      const subscription = subscriptionAsked(call, printer);
      checkSubscriber(call, subscription);
      if (subscription.jobId !== undefined) {
        throw new IppFault('client-error-not-possible', 'It ends with its job, and has no lease.');
      }
      const lease = leaseOf(leaseIn(call));
      call.subscriptions.renew(subscription.id, lease);
      const answer = attribute('notify-lease-duration', integer(lease));
      return { groups: [group('subscription-attributes', answer)] };
    },
  },
  {
    name: 'Cancel-Subscription',
    target: 'printer',
    required: ['notify-subscription-id'],
    clause: 'RFC 3995 11.2.7',
    async run(call, printer) {
      const subscription = subscriptionAsked(call, printer);
      checkSubscriber(call, subscription);
      call.subscriptions.cancel(subscription.id);
      return { groups: [] };
    },
  },
  {
    name: 'Get-Notifications',
    target: 'printer',
    required: ['notify-subscription-ids'],
    clause: 'RFC 3996 5',
    run: getNotifications,
  },
];

/** RFC 3995 11.1.2.2: each group has its answer, and the status says how many were made. */
function subscribed(call: IppCall, printer: Printer, job: Job | undefined): IppOutcome {
  const { groups, failed } = subscribe(call, printer, job);
  if (groups.length === 0) throw badRequest('There is no group of subscription attributes.');
  if (failed === 0) return { groups };
  // A fault has no groups: RFC 3995 wants the answers of each all the same.
  if (failed === groups.length) return { status: 'client-error-ignored-all-subscriptions', groups };
  return { status: 'successful-ok-ignored-subscriptions', groups };
}

function subscriptionAsked(call: IppCall, printer: Printer): Subscription {
  const id = valueIn(call.message, 'notify-subscription-id', 'integer') ?? 0;
  return subscriptionOf(call, printer, id);
}

function subscriptionOf(
  { subscriptions, spooler }: IppCall,
  printer: Printer,
  id: number,
): Subscription {
  const found = subscriptions.find(id);
  if (found?.printerId === printer.id && found.spooler === spooler.id) return found;
  throw new IppFault('client-error-not-found', 'There is no such subscription.', [
    attribute('notify-subscription-ids', integer(id)),
  ]);
}

/** RFC 3995 10.1: whoever subscribed, and operators. */
function checkSubscriber({ client, by }: IppCall, { userName }: Subscription): void {
  const role = roleOf(by);
  if (client.userName === userName || role === 'operator' || role === 'administrator') return;
  throw new IppFault('client-error-forbidden', 'The subscription is somebody else’s.');
}

async function listed(call: IppCall, printer: Printer): Promise<readonly Subscription[]> {
  const { message, spooler, subscriptions, client } = call;
  const number = valueIn(message, 'notify-job-id', 'integer');
  const job = number === undefined ? undefined : await spooler.jobs.find(number);
  const mine = valueIn(message, 'my-subscriptions', 'boolean') === true;
  const limit = valueIn(message, 'limit', 'integer') ?? limits.perPrinter;
  return subscriptions
    .list(spooler.id, printer.id)
    .filter((each) => (number === undefined ? each.jobId === undefined : each.jobId === job?.id))
    .filter((each) => !mine || each.userName === client.userName)
    .slice(0, Math.max(0, limit));
}

/** In the subscription attributes, or, as CUPS's clients do, among the operation's. */
function leaseIn({ message }: IppCall): number | undefined {
  const asked = attributeOf(message, 'subscription-attributes', 'notify-lease-duration');
  return (
    payloadOf(asked?.values[0], 'integer') ?? valueIn(message, 'notify-lease-duration', 'integer')
  );
}

async function sourceOf(
  { spooler, uris, clock, upSinceMs }: IppCall,
  printer: Printer,
  subscription: Subscription,
): Promise<SubscriptionSource> {
  const { jobId } = subscription;
  const job = jobId === undefined ? undefined : await spooler.jobs.find(jobId);
  const now = ippNow(clock, upSinceMs);
  const monotonicMs = clock.monotonicMs();
  return { subscription, printer, jobNumber: job?.number, uris, now, monotonicMs };
}

function shown({ by }: IppCall, source: SubscriptionSource, requested: readonly string[]) {
  const { subscription, printer } = source;
  const hidden = hiddenOfSubscription(by, subscription.userName, printer);
  const attributes = selectAttributes(subscriptionAttributes, requested, source, hidden);
  return group('subscription-attributes', ...attributes);
}

/** RFC 3996 5.2. The client is never kept waiting: it is told when to ask again. */
async function getNotifications(call: IppCall, printer: Printer): Promise<IppOutcome> {
  const { subscriptions, clock, upSinceMs } = call;
  const ids = integersIn(call, 'notify-subscription-ids');
  if (ids.length > limits.perAnswer) throw badRequest('So many subscriptions are not possible.');
  const from = integersIn(call, 'notify-sequence-numbers');
  const asked = ids.map((id) => subscriptionOf(call, printer, id));
  for (const each of asked) checkSubscriber(call, each);
  const sources = await Promise.all(asked.map((each) => sourceOf(call, printer, each)));
  const { access } = printer;
  const groups = sources.flatMap((source, index) =>
    subscriptions
      .notifications(source.subscription.id, from[index] ?? 1)
      .map((notification) => notificationGroup(source, notification, showsJobsToAll(access))),
  );
  const isOver = ids.length > 0 && ids.every((id) => subscriptions.isComplete(id));
  const interval: readonly IppAttribute[] = isOver
    ? []
    : [attribute('notify-get-interval', integer(limits.getIntervalSeconds))];
  return {
    status: isOver ? 'successful-ok-events-complete' : 'successful-ok',
    operationAttributes: [
      ...interval,
      attribute('printer-up-time', integer(ippNow(clock, upSinceMs).upTimeSeconds)),
    ],
    groups,
  };
}

function integersIn({ message }: IppCall, name: string): readonly number[] {
  return payloadsOf(attributeOf(message, 'operation-attributes', name), 'integer') ?? [];
}
