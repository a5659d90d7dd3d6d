import { expect, test } from 'vitest';
import { moved, placeAt } from './order';

const letters = ['a', 'b', 'c', 'd'];

test.each([
  [0, 2, 'bcad'],
  [3, 0, 'dabc'],
  [1, 1, 'abcd'],
  [0, -5, 'abcd'],
  [1, 99, 'acdb'],
])('moving %d to %d', (from, to, after) => {
  expect(moved(letters, from, to).join('')).toBe(after);
});

test('the list before stays as it was', () => {
  moved(letters, 0, 3);
  expect(letters.join('')).toBe('abcd');
});

test('a pointer is over a place from the middle of the one before on', () => {
  const places = [0, 40, 80].map((top) => ({ top, bottom: top + 40 }));
  expect([-10, 10, 30, 75, 200].map((y) => placeAt(y, places))).toEqual([0, 0, 1, 2, 2]);
});
