import { expect, test } from 'vitest';
import { type LiveAgent, type LiveCall, snapshotOf } from '~/live/snapshot';
import { NOTHING_SEEN, seenIn } from './firstCall';
import { after, firstOpen, isDone, isOpen, localPartOf, newPassword, passwordOf, tokenIn } from './steps';

const NOTHING = { isSetUp: false, hasUser: false, hasQueue: false, hasCall: false };

test('the first run is taken up where it was left', () => {
  expect(firstOpen(NOTHING)).toBe('organization');
  expect(firstOpen({ ...NOTHING, isSetUp: true })).toBe('user');
  expect(firstOpen({ ...NOTHING, isSetUp: true, hasUser: true })).toBe('queue');
  expect(firstOpen({ ...NOTHING, isSetUp: true, hasQueue: true })).toBe('user');
  expect(firstOpen({ isSetUp: true, hasUser: true, hasQueue: true, hasCall: true })).toBe('call');
});

test('organization and administrator are made once, the rest may be gone back to', () => {
  expect(isOpen('organization', NOTHING)).toBe(true);
  expect(isOpen('user', NOTHING)).toBe(false);
  const started = { ...NOTHING, isSetUp: true };
  expect(isOpen('admin', started)).toBe(false);
  expect(isDone('admin', started)).toBe(true);
  expect(isOpen('call', started)).toBe(true);
});

test('steps follow each other', () => {
  expect(after('organization')).toBe('admin');
  expect(after('call')).toBeNull();
});

test.each([
  ['#token=abc_-1', 'abc_-1'],
  ['', ''],
  ['#other=1', ''],
])('the token of %s is %s', (fragment, token) => {
  expect(tokenIn(fragment)).toBe(token);
});

test.each([
  ['Amélie Roux', 'amelie.roux'],
  ["  Seán O'Neill ", 'sean.o.neill'],
  ['李', ''],
])('%s is %s in an address', (name, part) => {
  expect(localPartOf(name)).toBe(part);
});

test('a password for a phone has nothing that looks alike, and is another each time', () => {
  expect(passwordOf(Uint8Array.from({ length: 16 }, (_, byte) => byte))).toBe('abcdefghjkmnpqrs');
  expect(newPassword()).toMatch(/^[a-hjkmnp-z2-9]{16}$/);
  expect(newPassword()).not.toBe(newPassword());
});

const agent = (state: string) => ({ id: 'a', upn: 'a', state, queues: ['Sales'] }) as unknown as LiveAgent;
const call = (queue: string, state: string) => ({ call_id: 'c', queue, state }) as unknown as LiveCall;
const snapshot = (agents: LiveAgent[], calls: LiveCall[]) =>
  snapshotOf({ at: '2026-11-24T10:00:00Z', queues: [], agents, calls, mailboxes: [] });

test('the first call is seen step by step, and stays seen when it is over', () => {
  const none = seenIn(snapshot([agent('signed-out')], [call('Support', 'talking')]), 'Sales', NOTHING_SEEN);
  expect(none).toEqual(NOTHING_SEEN);
  const arrived = seenIn(snapshot([agent('ringing')], [call('Sales', 'alerting')]), 'Sales', none);
  expect(arrived).toEqual({ isRegistered: true, hasArrived: true, isAnswered: false });
  const answered = seenIn(snapshot([agent('talking')], [call('Sales', 'talking')]), 'Sales', arrived);
  expect(answered.isAnswered).toBe(true);
  expect(seenIn(snapshot([agent('signed-out')], []), 'Sales', answered)).toEqual({
    isRegistered: false,
    hasArrived: true,
    isAnswered: true,
  });
});
