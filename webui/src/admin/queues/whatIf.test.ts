import { expect, test } from 'vitest';
import type { Schemas } from '~/api/client';
import { highest, pairsOf, sum } from './whatIf';

type Part = Schemas['PartOfDay'];

function part(begins_at: string, counts: Partial<Part>): Part {
  return {
    begins_at,
    offered: 0,
    answered: 0,
    abandoned: 0,
    turned_away: 0,
    service_level: null,
    mean_wait_s: null,
    ...counts,
  };
}

function day(...half_hours: Part[]): Schemas['DayView'] {
  return {
    offered: 0,
    answered: 0,
    abandoned: 0,
    turned_away: 0,
    service_level: null,
    service_level_margin: null,
    mean_wait_s: null,
    wait_90_s: null,
    occupancy: null,
    half_hours,
  };
}

const NINE = '2026-11-29T09:00:00Z';
const TEN = '2026-11-29T10:00:00+00:00';

test('half-hours stand side by side, with those in which nobody called between them', () => {
  const happened = day(
    part(NINE, { offered: 10, answered: 6, abandoned: 3, turned_away: 1, service_level: 0.4 }),
  );
  const changed = day(
    part(NINE, { offered: 10, answered: 10, service_level: 0.9 }),
    part(TEN, { offered: 2, abandoned: 2, service_level: 0 }),
  );
  const report = { day: '2026-11-29', within_s: 20, happened, as_it_is: day(), changed };
  const pairs = pairsOf(report);
  expect(pairs.map(({ begins_at }) => begins_at)).toEqual([
    '2026-11-29T09:00:00.000Z',
    '2026-11-29T09:30:00.000Z',
    '2026-11-29T10:00:00.000Z',
  ]);
  expect(pairs[0]?.happened).toEqual({ inTime: 4, late: 2, abandoned: 3, turnedAway: 1 });
  expect(pairs[0]?.changed).toEqual({ inTime: 9, late: 1, abandoned: 0, turnedAway: 0 });
  expect(pairs.map(({ changed: fates }) => sum(fates))).toEqual([10, 0, 2]);
  expect(highest(pairs)).toBe(10);
});

test('a day without calls has no half-hours', () => {
  const report = { day: '2026-11-29', within_s: 20, happened: day(), as_it_is: day(), changed: day() };
  expect(pairsOf(report)).toEqual([]);
  expect(highest([])).toBe(1);
});
