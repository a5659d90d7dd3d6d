/** The next half-hour of a queue as the server expects it. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

export type LookAhead = Schemas['LookAheadView'];

/** Which sentence a warning is. */
export type WarningKind = 'more' | 'whoever' | 'nobody';

export function warningKindOf({
  more_agents,
  could_come,
}: NonNullable<LookAhead['falls_below']>): WarningKind {
  if (more_agents !== null) return 'more';
  return could_come > 0 ? 'whoever' : 'nobody';
}

/** How many calls are expected, and the share of them that is answered in time; null where none are. */
export function expectedOf({ parts }: Pick<LookAhead, 'parts'>): { calls: number; level: number } | null {
  const calls = sum(parts.map(({ offered }) => offered));
  if (Math.round(calls) === 0) return null;
  const inTime = sum(parts.map(({ offered, service_level }) => offered * (service_level ?? 0)));
  return { calls: Math.round(calls), level: inTime / calls };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
