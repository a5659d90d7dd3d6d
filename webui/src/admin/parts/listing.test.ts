import { expect, test } from 'vitest';
import { directionOf, pageCount, paramsOf, queryOf, sortedNext, wantedIn } from './listing';

test('an address without anything is the first page of all, as stored', () => {
  expect(wantedIn(new URLSearchParams())).toEqual({ search: '', sort: '', page: 1 });
});

test('what is wanted comes back from its address', () => {
  const wanted = { search: 'help & desk', sort: '-name', page: 3 };
  expect(wantedIn(paramsOf(wanted))).toEqual(wanted);
});

test.each(['0', '-2', 'x', '1.5', ''])('page %j of an address is the first', (page) => {
  expect(wantedIn(new URLSearchParams({ page })).page).toBe(1);
});

test('what is the default is not in the address', () => {
  expect(paramsOf({ search: '', sort: '', page: 1 }).toString()).toBe('');
});

test('pages are parts of fifty', () => {
  expect(queryOf({ search: 'a', sort: 'name', page: 3 })).toEqual({
    search: 'a',
    sort: 'name',
    limit: 50,
    offset: 100,
  });
  expect([0, 1, 50, 51].map(pageCount)).toEqual([1, 1, 1, 2]);
});

test('a column is sorted upwards, downwards, and no more', () => {
  expect(sortedNext('', 'name')).toBe('name');
  expect(sortedNext('number', 'name')).toBe('name');
  expect(sortedNext('name', 'name')).toBe('-name');
  expect(sortedNext('-name', 'name')).toBe('');
  expect(directionOf('-name', 'name')).toBe('descending');
  expect(directionOf('number', 'name')).toBeUndefined();
});
