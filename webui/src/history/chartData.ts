/** Reports as rows: what a chart draws and its table says. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
import { wallClock } from '~/parts/zone';
import { OUTCOMES, type Outcome } from './filters';

type Counts = Schemas['Volume'];

/** One bar, or one line of the table: how many calls of each outcome. */
export interface Row<Label> {
  readonly label: Label;
  readonly counts: Partial<Record<Outcome, number>>;
}

/** The waits by range; `to` is null for the last. */
export function waitRows(report: Schemas['WaitsReport']): Row<{ from: number; to: number | null }>[] {
  return report.ranges.map(({ from_s, to_s, answered, abandoned }) => ({
    label: { from: from_s, to: to_s },
    counts: { answered, abandoned },
  }));
}

/** The calls by the time at which they arrived. */
export function volumeRows(report: Schemas['VolumesReport']): Row<Date>[] {
  return report.buckets.map((bucket) => ({ label: new Date(bucket.begins_at), counts: countsOf(bucket) }));
}

/** The rows from the first call on, with as many before it as a chart has at least. */
export function fromFirstCall<T>(rows: readonly Row<T>[], fewest = 4): readonly Row<T>[] {
  const first = rows.findIndex(({ counts }) => Object.values(counts).some((count) => count > 0));
  return first < 0 ? rows : rows.slice(Math.max(0, Math.min(first, rows.length - fewest)));
}

const MINUTE = 60_000; // ms
const HOUR = 60; // minutes
const WEEK = 7; // days
const ROUND: readonly ((at: Date) => boolean)[] = [
  ...[15, 30, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR].map((every) => (at: Date) => {
    const { hour, minute } = wallClock(at);
    return (hour * HOUR + minute) % every === 0;
  }),
  isMidnight,
  (at) => isMidnight(at) && dayOf(at) % 2 === 0,
  (at) => isMidnight(at) && isMonday(at),
  (at) => isMidnight(at) && isMonday(at) && dayOf(at) % (2 * WEEK) < WEEK,
  (at) => isMidnight(at) && wallClock(at).day === 1,
  (at) => isMidnight(at) && wallClock(at).day === 1 && wallClock(at).month % 3 === 1,
];

/** Which moments stand below an axis: full hours, days, Mondays or months, no more than have room. */
export function ticksOf(moments: readonly Date[], most: number): Date[] {
  for (const isRound of ROUND) {
    const round = moments.filter(isRound);
    if (round.length <= most) return round.length > 0 ? round : moments.slice(0, 1);
  }
  return moments.slice(0, 1);
}

function isMidnight(at: Date): boolean {
  const { hour, minute } = wallClock(at);
  return hour === 0 && minute === 0;
}

/** The day by its number since 1970, by the clocks of the organization. */
function dayOf(at: Date): number {
  const { year, month, day } = wallClock(at);
  return Date.UTC(year, month - 1, day) / (24 * HOUR * MINUTE);
}

function isMonday(at: Date): boolean {
  return (dayOf(at) + 3) % WEEK === 0; // 1970 began on a Thursday
}

/** How many calls there were of each outcome; those of which there were none are left out. */
export function totals(rows: readonly Row<unknown>[]): { outcome: Outcome; count: number }[] {
  return OUTCOMES.map((outcome) => ({
    outcome,
    count: rows.reduce((sum, { counts }) => sum + (counts[outcome] ?? 0), 0),
  })).filter(({ count }) => count > 0);
}

function countsOf(bucket: Counts): Row<Date>['counts'] {
  return {
    answered: bucket.answered,
    abandoned: bucket.abandoned,
    overflowed: bucket.overflowed,
    'timed-out': bucket.timed_out,
    'no-agents': bucket.no_agents,
    refused: bucket.refused,
    failed: bucket.failed,
  };
}
