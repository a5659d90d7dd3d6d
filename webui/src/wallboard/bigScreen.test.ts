import { expect, test } from 'vitest';
import { gridFor, pagesOf, rowsOf } from './bigScreen';

test.each([
  [0, 1, 1],
  [1, 1, 1],
  [2, 2, 1],
  [3, 2, 2],
  [4, 2, 2],
  [5, 3, 2],
  [6, 3, 2],
  [40, 3, 2],
])('%d queues on a television are %d across and %d down', (count, columns, rows) => {
  expect(gridFor(count, 1920, 1080)).toEqual({ columns, rows });
});

test('an upright screen has more below each other, a phone all of them', () => {
  expect(gridFor(2, 1080, 1920)).toEqual({ columns: 1, rows: 2 });
  expect(gridFor(9, 1080, 1920)).toEqual({ columns: 2, rows: 3 });
  expect(gridFor(5, 390, 844)).toEqual({ columns: 1, rows: 3 });
});

test('what does not fit comes on further pages', () => {
  expect(pagesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(pagesOf([], 6)).toEqual([[]]);
});

test.each([
  [1, 1, [1]],
  [3, 2, [2, 1]],
  [4, 3, [2, 2]],
  [5, 3, [3, 2]],
  [6, 3, [3, 3]],
  [0, 1, [0]],
])('%d queues fill the screen, %d across at most: %j', (count, columns, sizes) => {
  const items = Array.from({ length: count }, (_, place) => place);
  const rows = rowsOf(items, columns);
  expect(rows.map((row) => row.length)).toEqual(sizes);
  expect(rows.flat()).toEqual(items);
});
