/** What part of a list is wanted, as the page's address has it, so that Back leads to the same list. */

export interface Wanted {
  readonly search: string;
  /** A column to sort by, with a `-` before it for the other way round; empty: as stored. */
  readonly sort: string;
  /** Counted from 1. */
  readonly page: number;
}

export const PAGE_SIZE = 50;

export function wantedIn(address: URLSearchParams): Wanted {
  const page = Number(address.get('page') ?? '1');
  return {
    search: address.get('search') ?? '',
    sort: address.get('sort') ?? '',
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

export function paramsOf(wanted: Wanted): URLSearchParams {
  const address = new URLSearchParams();
  if (wanted.search) address.set('search', wanted.search);
  if (wanted.sort) address.set('sort', wanted.sort);
  if (wanted.page > 1) address.set('page', String(wanted.page));
  return address;
}

/** The same as the API's lists take it. */
export function queryOf({ search, sort, page }: Wanted) {
  return { search, sort, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
}

export function pageCount(total: number): number {
  return Math.max(1, Math.ceil(total / PAGE_SIZE));
}

/** A click on the head of a column: upwards first, then downwards, then as stored. */
export function sortedNext(sort: string, column: string): string {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? '' : column;
}

export function directionOf(sort: string, column: string): 'ascending' | 'descending' | undefined {
  if (sort === column) return 'ascending';
  return sort === `-${column}` ? 'descending' : undefined;
}

const LARGEST_PART = 1000;

/** All of a list, part by part. */
export async function whole<T>(
  read: (query: {
    limit: number;
    offset: number;
  }) => Promise<{ readonly items: readonly T[]; readonly total: number }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (;;) {
    const { items, total } = await read({ limit: LARGEST_PART, offset: all.length });
    all.push(...items);
    if (all.length >= total || items.length === 0) return all;
  }
}
