import { expect, test } from 'vitest';
import { type LiveCall, type LiveQueue, snapshotOf } from '~/live/snapshot';
import { othersWaiting, partyDetail, partyName } from './words';

const ring = { queue: 'Sales', callId: 'c1', othersWaiting: 1 };

function snapshot(waiting: number, position: number | null) {
  return snapshotOf({
    at: '2026-11-24T10:00:00Z',
    queues: [{ id: 'q1', name: 'Sales', waiting } as LiveQueue],
    agents: [],
    calls: [{ call_id: 'c1', position } as LiveCall],
    mailboxes: [],
  });
}

test('the others who wait are those of now, without the caller', () => {
  expect(othersWaiting(ring, snapshot(2, 1))).toBe(1);
  expect(othersWaiting(ring, snapshot(1, 1))).toBe(0);
  expect(othersWaiting(ring, snapshot(1, null))).toBe(1);
});

test('while nothing of now is known, they are those of the ring', () => {
  expect(othersWaiting(ring, null)).toBe(1);
  expect(othersWaiting({ ...ring, callId: 'c2' }, snapshot(5, 1))).toBe(1);
  expect(othersWaiting({ ...ring, queue: 'Help Desk' }, snapshot(5, 1))).toBe(1);
  expect(othersWaiting({ ...ring, othersWaiting: null }, null)).toBeNull();
});

test('a number is shown as the server spaces it, or as it came', () => {
  const t = ((key: string) => key) as unknown as Parameters<typeof partyName>[1];
  const number = '+14255550100';
  expect(partyName({ name: '', number, shown: '+1 425-555-0100' }, t)).toBe('+1 425-555-0100');
  expect(partyDetail({ name: 'Jane', number, shown: '+1 425-555-0100' })).toBe('+1 425-555-0100');
  expect(partyName({ name: '', number }, t)).toBe(number);
});
