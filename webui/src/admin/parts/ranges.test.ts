import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import { QUEUE_NUMBERS } from '~/api/numbers';
import { nameProblem, nearest, numberIn, rangeProblem } from './ranges';

const t = ((key: string, values?: object) =>
  `${key} ${JSON.stringify(values ?? {})}`) as unknown as TFunction;

test.each([
  [47, 45],
  [53, 60],
  [0, 0],
  [7, 0],
  [8, 15],
  [1200, 1200],
  [2700, 2700],
])('a wait of %d s is stored as %d s', (typed, stored) => {
  expect(nearest(typed, QUEUE_NUMBERS.max_wait)).toBe(stored);
});

test('a number as people type it', () => {
  expect(numberIn(' 30 ')).toBe(30);
  expect(numberIn('')).toBeNull();
  expect(numberIn('1e3')).toBeNaN();
  expect(numberIn('3.5')).toBeNaN();
  expect(numberIn('-1')).toBe(-1);
});

test('a number that may also be nothing', () => {
  const range = QUEUE_NUMBERS.message_interval;
  expect(['0', '15', '600', ''].map((text) => rangeProblem(text, range, t))).toEqual(
    Array(4).fill(undefined),
  );
  for (const text of ['-1', '1', '14', '601'])
    expect(rangeProblem(text, range, t)).toContain('admin:range.orZero');
});

test.each(['14', '181', '-1', 'x', '30.5'])('an alert time of %s is out of range', (text) => {
  expect(rangeProblem(text, QUEUE_NUMBERS.agent_alert_time, t)).toContain('"low":15,"high":180');
});

test.each(['15', '180', '', ' 30'])('an alert time of %j is allowed', (text) => {
  expect(rangeProblem(text, QUEUE_NUMBERS.agent_alert_time, t)).toBeUndefined();
});

test('a name has up to 64 characters', () => {
  expect(nameProblem('é'.repeat(64), t)).toBeUndefined();
  expect(nameProblem('😀'.repeat(64), t)).toBeUndefined();
  expect(nameProblem('a'.repeat(65), t)).toContain('"count":65');
  expect(nameProblem('Help ', t)).toContain('blankAtEnd');
});
