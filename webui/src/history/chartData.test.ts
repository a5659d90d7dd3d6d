import { expect, test } from 'vitest';
import type { Schemas } from '~/api/client';
import { totals, volumeRows, waitRows } from './chartData';

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
