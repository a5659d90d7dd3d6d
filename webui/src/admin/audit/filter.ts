/** What part of the audit log is wanted. */

import { PAGE_SIZE } from '~/admin/parts/listing';
import { momentAt } from '~/parts/zone';

/** The kinds of things that the log tells of. */
export const WHATS = [
  'organization',
  'queue',
  'user',
  'group',
  'number',
  'trunk',
  'audio',
  'caller-ID policy',
  'account',
  'key',
  'agent',
  'history',
  'sounds',
] as const;

/** The ways by which changes come. */
export const DOORS = [
  'page',
  'api',
  'cli',
  'cmdlet',
  'file',
  'scim',
  'import',
  'setup',
  'phone',
  'retention',
] as const;

export interface Filter {
  readonly who: string;
  readonly key: string;
  readonly field: string;
  readonly what: string;
  readonly door: string;
  /** Days, as `2026-11-24`, of the organization's calendar; both are included. */
  readonly from: string;
  readonly to: string;
}

export const NO_FILTER: Filter = { who: '', key: '', field: '', what: '', door: '', from: '', to: '' };

/** The same as the API takes it: nothing is sent for what is not asked. */
export function asQuery(filter: Filter, page: number): Record<string, string | number> {
  const { from, to, ...words } = filter;
  const query: Record<string, string | number> = { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
  for (const [name, value] of Object.entries(words)) if (value) query[name] = value;
  if (from) query.from = startOf(from, 0);
  if (to) query.to = startOf(to, 1);
  return query;
}

/** The moment at which a day of the organization begins, some days later. */
function startOf(text: string, later: number): string {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  return momentAt(year, month, day + later).toISOString();
}
