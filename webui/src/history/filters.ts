/** What of the history is looked at. It lives in the address, so that a view can be sent to somebody. */

import type { Schemas } from '~/api/client';
import { midnight, momentAt, wallClock } from '~/parts/zone';

export type Outcome = Schemas['CallView']['outcome'];

export const OUTCOMES: readonly Outcome[] = [
  'answered',
  'abandoned',
  'overflowed',
  'timed-out',
  'no-agents',
  'refused',
  'failed',
];
export const RANGES = ['today', 'yesterday', 'week', 'month', 'all', 'custom'] as const;
export type Range = (typeof RANGES)[number];
export const VIEWS = ['calls', 'charts', 'service-level', 'refused'] as const;
export type View = (typeof VIEWS)[number];

export interface Filters {
  readonly view: View;
  readonly range: Range;
  /** Moments (ISO 8601), for the range `custom`; empty: open. */
  readonly from: string;
  readonly to: string;
  readonly queue: string;
  readonly agent: string;
  readonly outcome: Outcome | '';
  readonly caller: string;
  /** Seconds; empty: any wait. */
  readonly minWait: string;
  /** Within how many seconds a caller is to be served. */
  readonly within: number;
  /** Which page of the table, from 1. */
  readonly page: number;
}

export const NO_FILTERS: Filters = {
  view: 'calls',
  range: 'today',
  from: '',
  to: '',
  queue: '',
  agent: '',
  outcome: '',
  caller: '',
  minWait: '',
  within: 20,
  page: 1,
};

export const PAGE_SIZE = 50;
const LONGEST_WAIT = 10_000_000; // s
const DAY = 86_400_000; // ms
const YEAR = 365; // days

/** What an address says; what makes no sense in it does not count. */
export function filtersOf(address: URLSearchParams): Filters {
  const text = (name: string) => address.get(name) ?? '';
  const whole = (name: string, most: number) => {
    const value = Number(text(name));
    return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
  };
  return {
    view: VIEWS.find((each) => each === text('view')) ?? NO_FILTERS.view,
    range: RANGES.find((each) => each === text('range')) ?? NO_FILTERS.range,
    from: momentOf(text('from')),
    to: momentOf(text('to')),
    queue: text('queue'),
    agent: text('agent'),
    outcome: OUTCOMES.find((each) => each === text('outcome')) ?? '',
    caller: text('caller'),
    minWait: isWait(text('minWait')) ? text('minWait') : '',
    within: whole('within', 86_400) ?? NO_FILTERS.within,
    page: whole('page', 1_000_000) ?? NO_FILTERS.page,
  };
}

/** The address that says it, without what needs not be said. */
export function addressOf(filters: Filters): URLSearchParams {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    const isOfAnotherRange = (name === 'from' || name === 'to') && filters.range !== 'custom';
    if (value !== NO_FILTERS[name as keyof Filters] && !isOfAnotherRange) address.set(name, String(value));
  }
  return address;
}

/** Whether it is a wait that the API takes. */
export function isWait(text: string): boolean {
  const seconds = Number(text);
  return text.trim() !== '' && seconds >= 0 && seconds <= LONGEST_WAIT;
}

export interface Stretch {
  readonly from?: string;
  readonly to?: string;
}

/** The stretch of time of a range, by the days of the organization. */
export function stretchOf({ range, from, to }: Pick<Filters, 'range' | 'from' | 'to'>, now: Date): Stretch {
  const start = (daysAgo: number) => midnight(now, daysAgo).toISOString();
  switch (range) {
    case 'today':
      return { from: start(0) };
    case 'yesterday':
      return { from: start(1), to: start(0) };
    case 'week':
      return { from: start(6) };
    case 'month':
      return { from: start(29) };
    case 'all':
      return {};
    case 'custom':
      return { ...(from && { from }), ...(to && { to }) };
  }
}

/** The query of `/calls` for it, and of `/calls.csv`. */
export function queryOf(filters: Filters, now: Date) {
  const { queue, agent, outcome, caller, minWait } = filters;
  return {
    ...stretchOf(filters, now),
    ...(queue && { queue }),
    ...(agent && { agent }),
    ...(outcome && { outcome }),
    ...(caller.trim() && { caller: caller.trim() }),
    ...(minWait && { min_wait_s: Number(minWait) }),
  };
}

/** The stretch that charts show: reports take no more than a year. */
export function chartStretchOf(filters: Pick<Filters, 'range' | 'from' | 'to'>, now: Date): Stretch {
  const stretch = stretchOf(filters, now);
  if (stretch.from !== undefined) return stretch;
  const end = stretch.to === undefined ? now : new Date(stretch.to);
  return { ...stretch, from: midnight(end, YEAR).toISOString() };
}

/** Whether something is filtered by that reports do not know. */
export function hasOtherFilters({ agent, outcome, caller, minWait }: Filters): boolean {
  return Boolean(agent || outcome || caller || minWait);
}

/** How long a bar of a chart is, in seconds, so that a stretch has neither too many nor too few. */
export function stepOf({ from, to }: Stretch, now: Date): 900 | 3600 | 86400 {
  if (from === undefined) return 86400;
  const length = (to === undefined ? now.getTime() : Date.parse(to)) - Date.parse(from);
  if (length <= 2 * DAY) return 900;
  return length <= 8 * DAY ? 3600 : 86400;
}

/** A moment as fields for date and time want it: `2026-11-24T10:05` by the clocks of the organization. */
export function localOf(moment: string): string {
  if (!moment) return '';
  const { year, month, day, hour, minute } = wallClock(new Date(moment));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

const OF_FIELD = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;

/** A moment (ISO 8601) of whatever says one; empty where nothing does. */
export function momentOf(text: string): string {
  const [year, month, day, hour, minute] = (OF_FIELD.exec(text) ?? []).slice(1).map(Number);
  const at =
    year === undefined || month === undefined || day === undefined
      ? Date.parse(text)
      : momentAt(year, month, day, hour, minute).getTime();
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
