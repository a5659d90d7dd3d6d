// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { DEFAULTS, numberIn, preferencesOf } from './preferences';

test.each([null, '', 'nonsense', '3', '[]', 'null', '{"target": "soon", "order": 7, "mostWaiting": -1}'])(
  'what makes no sense (%s) is as if nothing was saved',
  (saved) => {
    expect(preferencesOf(saved)).toEqual(DEFAULTS);
  },
);

test('what was saved comes back', () => {
  const saved = {
    order: ['b', 'a'],
    hidden: ['c'],
    target: 30,
    mostWaiting: null,
    longestWait: 90,
    hasSound: true,
  };
  expect(preferencesOf(JSON.stringify(saved))).toEqual(saved);
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
