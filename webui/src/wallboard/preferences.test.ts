// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { DEFAULTS, numberIn, preferencesOf } from './preferences';

test.each([null, '', 'nonsense', '3', '[]', 'null', '{"target": "soon", "order": 7, "mostWaiting": -1}'])(
  'what makes no sense (%s) is as if nothing was kept',
  (kept) => {
    expect(preferencesOf(kept)).toEqual(DEFAULTS);
  },
);

test('what was kept comes back', () => {
  const kept = {
    order: ['b', 'a'],
    hidden: ['c'],
    target: 30,
    mostWaiting: null,
    longestWait: 90,
    hasSound: true,
  };
  expect(preferencesOf(JSON.stringify(kept))).toEqual(kept);
});

test.each([
  [0, null],
  [1, 1],
  [3600, 3600],
  [3601, null],
  [2.5, null],
  [Number.NaN, null],
])('a target of %d s is %d', (given, taken) => {
  expect(numberIn('target', given)).toBe(taken);
});
