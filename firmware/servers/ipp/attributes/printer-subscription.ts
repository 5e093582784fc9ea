// Printer attributes of subscriptions (RFC 3995 5.3, RFC 3996 8).
import { integer, keyword, range } from '../../../../monitors/wire/ipp/values.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { AttributeRow } from '../attribute-row.ts';
import type { PrinterSource } from '../sources.ts';
import { defaultNotifyEvent, notifyEvents } from '../subscriptions/notify-events.ts';
import { rowsOf } from './row.ts';

const { subscriptions: limits } = serverLimits.ipp;

const template = rowsOf<PrinterSource>('subscription-template');
const description = rowsOf<PrinterSource>('printer-description');

export const printerSubscription: readonly AttributeRow<PrinterSource>[] = [
  template(
    'notify-events-default',
    '1setOf type2 keyword',
    () => keyword(defaultNotifyEvent),
    'RFC 3995 5.3.3.1',
  ),
  template(
    'notify-events-supported',
    '1setOf type2 keyword',
    () => notifyEvents.map(keyword),
    'RFC 3995 5.3.3.2',
  ),
  template(
    'notify-max-events-supported',
    'integer(2:MAX)',
    () => integer(notifyEvents.length),
    'RFC 3995 5.3.3.3',
  ),
  template(
    'notify-lease-duration-default',
    'integer(0:67108863)',
    () => integer(limits.leaseSeconds),
    'RFC 3995 5.3.8.1',
  ),
  template(
    'notify-lease-duration-supported',
    '1setOf (integer(0:67108863) | rangeOfInteger(0:67108863))',
    () => range(0, limits.leaseMaxSeconds),
    'RFC 3995 5.3.8.2',
  ),
  template(
    'notify-pull-method-supported',
    '1setOf type2 keyword',
    () => keyword('ippget'),
    'RFC 3995 5.3.2.1',
  ),
  description(
    'ippget-event-life',
    'integer(15:MAX)',
    () => integer(limits.eventLifeSeconds),
    'RFC 3996 8.1',
  ),
];
