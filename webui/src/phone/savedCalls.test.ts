// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { instanceOf, LONGEST_ABSENCE, replaces, saveCalls, savedCalls } from './savedCalls';
import { newCall } from './state';

const dialog = { callId: 'x1', localTag: 'ours', remoteTag: 'theirs' };
const call = newCall({
  id: 'a',
  direction: 'in',
  stage: 'talking',
  party: { name: '', number: '+14255550100' },
  beganAt: 1000,
  answeredAt: 4000,
});

beforeEach(() => sessionStorage.clear());

test('a tab is the same device after a reload', () => {
  const instance = instanceOf(sessionStorage);
  expect(instance).toMatch(/^[0-9a-f-]{36}$/);
  expect(instanceOf(sessionStorage)).toBe(instance);
});

test('a call that is up is found again, as it was', () => {
  saveCalls(sessionStorage, 'amal', [{ dialog, call }], 5000);
  expect(savedCalls(sessionStorage, 'amal', 6000)).toEqual([{ dialog, call }]);
});

test('nobody else finds it', () => {
  saveCalls(sessionStorage, 'amal', [{ dialog, call }], 5000);
  expect(savedCalls(sessionStorage, 'bao', 6000)).toEqual([]);
});

test('what the server has given up is not asked for', () => {
  saveCalls(sessionStorage, 'amal', [{ dialog, call }], 5000);
  expect(savedCalls(sessionStorage, 'amal', 5000 + LONGEST_ABSENCE)).toEqual([]);
});

test('without calls nothing is kept', () => {
  saveCalls(sessionStorage, 'amal', [{ dialog, call }], 5000);
  saveCalls(sessionStorage, 'amal', [], 6000);
  expect(savedCalls(sessionStorage, 'amal', 6000)).toEqual([]);
});

test("Replaces has the server's tag as its to-tag", () => {
  expect(replaces(dialog)).toBe('x1;to-tag=theirs;from-tag=ours');
});
