import { expect, test } from 'vitest';
import { barsOf, untilNextStep } from './lastHour';

const step = (answered: number, abandoned: number) => ({ begins_at: '', answered, abandoned });

test('the highest bar fills the chart', () => {
  const [one, other] = barsOf([step(6, 2), step(2, 0)]);
  expect(one).toMatchObject({ answered: 0.75, abandoned: 0.25 });
  expect(other).toMatchObject({ answered: 0.25, abandoned: 0 });
});

test('a single call does not look like many, and none like nothing', () => {
  expect(barsOf([step(1, 0), step(0, 0)])).toMatchObject([{ answered: 0.25 }, { answered: 0 }]);
  expect(barsOf([])).toEqual([]);
});

test('a new step begins at each five minutes of the clock', () => {
  expect(untilNextStep(Date.parse('2026-11-24T10:03:00Z'))).toBe(121_000);
  expect(untilNextStep(Date.parse('2026-11-24T10:05:00Z'))).toBe(301_000);
});
