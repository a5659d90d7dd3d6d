/** A day of a queue as it happened and as it might have been: side by side, half-hour by half-hour. */

import type { Schemas } from '~/api/client';

export type WhatIfReport = Schemas['WhatIfReport'];
type Part = Schemas['PartOfDay'];

/** The calls of half an hour by what became of them, in this order from below. */
export const FATES = ['inTime', 'late', 'abandoned', 'turnedAway'] as const;
export type Fate = (typeof FATES)[number];
export type Fates = Readonly<Record<Fate, number>>;

export interface Pair {
  readonly begins_at: string;
  readonly happened: Fates;
  readonly changed: Fates;
}

const HALF_HOUR = 1_800_000; // ms
const NONE: Fates = { inTime: 0, late: 0, abandoned: 0, turnedAway: 0 };

/** All half-hours from the first with a call to the last, those without any included. */
export function pairsOf({ happened, changed }: WhatIfReport): Pair[] {
  const before = byBegin(happened.half_hours);
  const after = byBegin(changed.half_hours);
  const begins = [...before.keys(), ...after.keys()];
  if (begins.length === 0) return [];
  const first = Math.min(...begins);
  const count = 1 + (Math.max(...begins) - first) / HALF_HOUR;
  return Array.from({ length: Math.round(count) }, (_, place) => {
    const begin = first + place * HALF_HOUR;
    return {
      begins_at: new Date(begin).toISOString(),
      happened: before.get(begin) ?? NONE,
      changed: after.get(begin) ?? NONE,
    };
  });
}

function byBegin(parts: readonly Part[]): Map<number, Fates> {
  return new Map(parts.map((part) => [Date.parse(part.begins_at), fatesOf(part)]));
}

function fatesOf({ offered, answered, abandoned, turned_away, service_level }: Part): Fates {
  const inTime = Math.min(answered, Math.round((service_level ?? 0) * offered));
  return { inTime, late: answered - inTime, abandoned, turnedAway: turned_away };
}

/** The most calls that any half-hour has: what the chart is high. */
export function highest(pairs: readonly Pair[]): number {
  return Math.max(1, ...pairs.flatMap(({ happened, changed }) => [sum(happened), sum(changed)]));
}

export function sum(fates: Fates): number {
  return FATES.reduce((total, fate) => total + fates[fate], 0);
}
