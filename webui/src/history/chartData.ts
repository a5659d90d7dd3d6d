/** Reports as rows: what a chart draws and its table says. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
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
