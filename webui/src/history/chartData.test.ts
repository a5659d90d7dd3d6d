import { expect, test } from 'vitest';
import type { Schemas } from '~/api/client';
import { setTimeZone } from '~/parts/zone';
import { fromFirstCall, ticksOf, totals, volumeRows, waitRows } from './chartData';

const NONE = {
  calls: 0,
  answered: 0,
  abandoned: 0,
  overflowed: 0,
  timed_out: 0,
  no_agents: 0,
  refused: 0,
  failed: 0,
  mean_wait_s: 0,
  longest_wait_s: 0,
};

const volumes = {
  queue: null,
  since: '2026-11-24T10:00:00Z',
  until: '2026-11-24T10:30:00Z',
  step_s: 900,
  buckets: [
    { ...NONE, begins_at: '2026-11-24T10:00:00Z', answered: 3, timed_out: 1 },
    { ...NONE, begins_at: '2026-11-24T10:15:00Z', answered: 2, no_agents: 4 },
  ],
} satisfies Schemas['VolumesReport'];

test('volumes have a row for each part of the time', () => {
  const [first] = volumeRows(volumes);
  expect(first?.label.toISOString()).toBe('2026-11-24T10:00:00.000Z');
  expect(first?.counts).toMatchObject({ answered: 3, 'timed-out': 1, 'no-agents': 0 });
});

test('outcomes are added up, and left out where there were none', () => {
  expect(totals(volumeRows(volumes))).toEqual([
    { outcome: 'answered', count: 5 },
    { outcome: 'timed-out', count: 1 },
    { outcome: 'no-agents', count: 4 },
  ]);
});

test('waits have a row for each range, the last of them open', () => {
  const report = {
    queue: null,
    since: volumes.since,
    until: volumes.until,
    ranges: [
      { from_s: 0, to_s: 5, answered: 2, abandoned: 1 },
      { from_s: 300, to_s: null, answered: 0, abandoned: 7 },
    ],
  } satisfies Schemas['WaitsReport'];
  expect(waitRows(report)).toEqual([
    { label: { from: 0, to: 5 }, counts: { answered: 2, abandoned: 1 } },
    { label: { from: 300, to: null }, counts: { answered: 0, abandoned: 7 } },
  ]);
});

test('a chart begins at the first call, unless that leaves almost nothing of it', () => {
  const rows = [0, 0, 0, 2, 0, 1, 0].map((answered, label) => ({ label, counts: { answered } }));
  expect(fromFirstCall(rows, 2).map(({ label }) => label)).toEqual([3, 4, 5, 6]);
  expect(fromFirstCall(rows, 6).map(({ label }) => label)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(fromFirstCall(rows.slice(0, 2), 1)).toHaveLength(2);
});

const DAY = 86_400_000;
const every = (step: number, begin: string, count: number) =>
  Array.from({ length: count }, (_, place) => new Date(Date.parse(begin) + place * step));

test('ticks are at full hours of the organization, at days, and at Mondays', () => {
  setTimeZone('Asia/Kolkata'); // half an hour off
  const told = (ticks: readonly Date[]) => ticks.map((at) => at.toISOString().slice(5, 16));
  const quarters = every(900_000, '2026-11-24T04:45:00Z', 16); // from 10:15
  expect(told(ticksOf(quarters, 4))).toEqual(['11-24T05:30', '11-24T06:30', '11-24T07:30', '11-24T08:30']);
  expect(told(ticksOf(quarters, 8))).toHaveLength(8);
  setTimeZone('UTC');
  expect(told(ticksOf(every(DAY, '2026-11-01T00:00:00Z', 30), 7))).toEqual([
    '11-02T00:00',
    '11-09T00:00',
    '11-16T00:00',
    '11-23T00:00',
    '11-30T00:00',
  ]);
  expect(told(ticksOf(every(DAY, '2026-01-05T00:00:00Z', 360), 4))).toEqual([
    '04-01T00:00',
    '07-01T00:00',
    '10-01T00:00',
  ]);
  setTimeZone(undefined);
});
