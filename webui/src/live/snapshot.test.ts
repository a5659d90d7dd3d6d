import { expect, test } from 'vitest';
import { type Change, changed, type LiveAgent, type LiveQueue, saysMore, snapshotOf } from './snapshot';

function queue(id: string, waiting: number): LiveQueue {
  return { id, name: id, waiting } as LiveQueue;
}

const nothing: Change = {
  at: '2026-11-24T10:00:01Z',
  queues: [],
  agents: [],
  calls: [],
  mailboxes: [],
  queues_gone: [],
  agents_gone: [],
  calls_gone: [],
  mailboxes_gone: [],
};

const before = snapshotOf({
  at: '2026-11-24T10:00:00Z',
  queues: [queue('a', 1), queue('b', 2)],
  agents: [],
  calls: [],
  mailboxes: [],
});

test('a change replaces what it names and leaves the rest', () => {
  const after = changed(before, { ...nothing, queues: [queue('b', 3)] });
  expect([...after.queues.values()].map((each) => each.waiting)).toEqual([1, 3]);
  expect(after.at).toBe(nothing.at);
});

test('what is gone is no more', () => {
  expect([...changed(before, { ...nothing, queues_gone: ['a'] }).queues.keys()]).toEqual(['b']);
});

test('parts without news stay the same object, so that nothing is drawn again for them', () => {
  const after = changed(before, { ...nothing, queues: [queue('a', 5)] });
  expect(after.agents).toBe(before.agents);
  expect(after.calls).toBe(before.calls);
});

test('the snapshot before stays as it was', () => {
  changed(before, { ...nothing, queues_gone: ['a', 'b'] });
  expect(before.queues.size).toBe(2);
});

test('what the state has said already is not said again, in French neither', () => {
  const says = (why: object) => saysMore({ why } as LiveAgent);
  expect(says({ kind: 'ready' })).toBe(false);
  expect(says({ kind: 'paused', note: '' })).toBe(false);
  expect(says({ kind: 'paused', note: 'lunch' })).toBe(true);
  expect(says({ kind: 'on-another-call' })).toBe(true);
});
