// Error codes of printers, ports and monitors.
import type { ErrorRow } from './row.ts';

export const printerErrors = {
  'printer-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such printer',
    next: 'List the printers, and mind the spelling.',
  },
  'group-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such group',
    next: 'List the groups; what stands before a "/" is the name of one.',
  },
  'not-paired': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'This appliance has no pair',
    next: 'Pair it first: "platen pair show-code" here, and "platen pair join" on the other one.',
  },
  'printer-exists': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'There is a printer of this name already',
    next: 'Choose another name, or change the printer that exists.',
  },
  'printer-has-jobs': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'Jobs wait in the printer',
    next: 'Cancel them first, or remove it with --cancel-jobs ("cancelJobs" by the API).',
  },
  'printer-not-accepting': {
    http: 409,
    ipp: 'server-error-not-accepting-jobs',
    title: 'The printer takes no jobs at present',
    next: 'Ask whoever looks after the printers to let it accept jobs again.',
  },
  'port-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such port',
    next: 'Add the port first, or name one that exists.',
  },
  'port-in-use': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'A printer uses the port',
    next: 'Take the port from its printers first.',
  },
  'monitor-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such port monitor',
    next: 'List the monitors.',
  },
  'monitor-refused': {
    http: 422,
    ipp: 'client-error-not-possible',
    title: 'The port monitor refused the command',
    next: 'The detail says which value is wrong.',
  },
  'monitor-failed': {
    http: 502,
    ipp: 'server-error-device-error',
    title: 'The port monitor failed',
    next: 'The log says more; other ports are not affected.',
  },
  'not-clusterable': {
    http: 422,
    ipp: 'client-error-not-possible',
    title: 'This can not be part of a group',
    next: 'Use a network printer through a converted monitor.',
  },
} as const satisfies Record<string, ErrorRow>;
