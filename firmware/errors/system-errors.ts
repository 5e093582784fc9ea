// Error codes of the appliance as a whole: requests, rights, space, the store.
import type { ErrorRow } from './row.ts';

export const systemErrors = {
  'bad-request': {
    http: 400,
    ipp: 'client-error-bad-request',
    title: 'The request can not be understood',
    next: 'The detail says where it is wrong.',
  },
  'value-not-supported': {
    http: 422,
    ipp: 'client-error-attributes-or-values-not-supported',
    title: 'A value is not supported',
    next: 'The detail names the value and what is possible.',
  },
  'not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is nothing at this address',
    next: 'See /api/v1/openapi.json for what there is.',
  },
  'method-not-allowed': {
    http: 405,
    ipp: 'server-error-operation-not-supported',
    title: 'This can not be done to that',
    next: 'See /api/v1/openapi.json for what is possible.',
  },
  'changed-meanwhile': {
    http: 412,
    ipp: 'client-error-not-possible',
    title: 'Somebody else changed it meanwhile',
    next: 'Look at it again, and repeat the change if it is still wanted.',
  },
  'setting-fixed': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'This setting is fixed where the appliance is started',
    next: 'Change it there, in the variable or option that the detail names, and start anew.',
  },
  forbidden: {
    http: 403,
    ipp: 'client-error-forbidden',
    title: 'The right for this is missing',
    next: 'Log in as someone who may, or ask an administrator.',
  },
  unauthorized: {
    http: 401,
    ipp: 'client-error-not-authenticated',
    title: 'Who you are is not known',
    next: 'Log in, or send a token.',
  },
  'too-large': {
    http: 413,
    ipp: 'client-error-request-entity-too-large',
    title: 'The request is larger than allowed',
    next: 'The detail names the limit.',
  },
  'spool-full': {
    http: 507,
    ipp: 'server-error-temporary-error',
    title: 'There is no space for the document',
    next: 'Wait until jobs were printed, or remove some; nothing accepted is lost.',
  },
  busy: {
    http: 503,
    ipp: 'server-error-busy',
    title: 'Too much is going on at once',
    next: 'Try again in a moment.',
  },
  'not-live': {
    http: 503,
    ipp: 'server-error-temporary-error',
    title: 'This appliance may not answer for the group now',
    next: 'Try again; the owner of the group will answer.',
  },
  'store-failed': {
    http: 500,
    ipp: 'server-error-internal-error',
    title: 'The change could not be stored',
    next: 'The log and /healthz say what is wrong with the disk.',
  },
  'box-not-taken': {
    http: 503,
    ipp: 'server-error-internal-error',
    title: 'The box did not take what was asked',
    next: 'It goes on as it is; the detail says what was wrong.',
  },
  'network-not-taken': {
    http: 422,
    ipp: 'server-error-internal-error',
    title: 'The machine did not take the network settings',
    next: 'Those from before are in use; the detail says what was wrong.',
  },
  'nothing-on-trial': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'No change waits to be confirmed',
    next: 'A change of the network goes back by itself after a minute: make it again.',
  },
  starting: {
    http: 503,
    ipp: 'server-error-service-unavailable',
    title: 'The appliance waits for its machine',
    next: 'It goes on by itself once the cause has ended.',
  },
  'shutting-down': {
    http: 503,
    ipp: 'server-error-service-unavailable',
    title: 'The appliance is stopping',
    next: 'Try again in a moment.',
  },
  internal: {
    http: 500,
    ipp: 'server-error-internal-error',
    title: 'Something went wrong inside Platen',
    next: 'The log says more; please report it.',
  },
} as const satisfies Record<string, ErrorRow>;
