// The statuses of several sources become one, and that becomes IPP's keywords.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DeviceReason, DeviceStatus } from '../../monitors/contract.ts';
import {
  type DeviceStatuses,
  mergeStatuses,
  stateReasonKeywords,
  stopsJobs,
  withStatus,
} from '../../monitors/device-status.ts';

const lowMedia: DeviceReason = { keyword: 'media-low', severity: 'warning' };
const noMedia: DeviceReason = { keyword: 'media-empty', severity: 'error' };

function statusesOf(...reports: readonly DeviceStatus[]): DeviceStatuses {
  return reports.reduce<DeviceStatuses>(withStatus, new Map());
}

describe('device status', () => {
  test('the newest of each source counts, whenever it arrives', () => {
    const statuses = statusesOf(
      { source: 'snmp', reasons: [noMedia], atMs: 10 },
      { source: 'snmp', reasons: [lowMedia], atMs: 5 },
      { source: 'port-monitor', reasons: [lowMedia], atMs: 1 },
      { source: 'port-monitor', reasons: [], atMs: 1 },
    );
    assert.deepEqual(mergeStatuses(statuses).reasons, [noMedia]);
  });

  test('the reasons of all sources are united, the worst severity of each', () => {
    const merged = mergeStatuses(
      statusesOf(
        { source: 'snmp', reasons: [lowMedia, noMedia], atMs: 1 },
        { source: 'language-monitor', reasons: [{ ...lowMedia, severity: 'error' }], atMs: 2 },
      ),
    );
    assert.deepEqual(merged.reasons, [{ keyword: 'media-low', severity: 'error' }, noMedia]);
  });

  test('the message is that of the worst, then of the newest', () => {
    const merged = mergeStatuses(
      statusesOf(
        { source: 'snmp', reasons: [noMedia], message: 'paper', atMs: 1 },
        { source: 'port-monitor', reasons: [], message: 'fine', atMs: 3 },
        { source: 'language-monitor', reasons: [noMedia], message: 'load A4', atMs: 2, busy: true },
      ),
    );
    assert.equal(merged.message, 'load A4');
    assert.equal(merged.busy, true);
    assert.deepEqual(mergeStatuses(new Map()), { reasons: [], message: undefined, busy: false });
  });

  test('keywords carry their severity, and none says none', () => {
    assert.deepEqual(stateReasonKeywords([noMedia, lowMedia]), [
      'media-low-warning',
      'media-empty-error',
    ]);
    assert.deepEqual(stateReasonKeywords([{ keyword: 'offline-report', severity: 'error' }]), [
      'offline-error',
    ]);
    assert.deepEqual(stateReasonKeywords([]), ['none']);
  });

  test('only an error stops jobs', () => {
    assert.equal(stopsJobs([lowMedia]), false);
    assert.equal(stopsJobs([lowMedia, noMedia]), true);
  });
});
