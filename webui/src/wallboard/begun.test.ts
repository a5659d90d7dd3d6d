import { expect, test } from 'vitest';
import { begun } from './begun';

test('an alarm is told when it begins, and again when it comes back', () => {
  const quiet = new Map([['Sales', []]]);
  const busy = new Map([['Sales', ['tooMany' as const]]]);
  const worse = new Map([['Sales', ['tooMany' as const, 'tooLong' as const]]]);
  expect(begun(new Map(), quiet)).toEqual([]);
  expect(begun(quiet, busy)).toEqual([{ queue: 'Sales', alarm: 'tooMany' }]);
  expect(begun(busy, busy)).toEqual([]);
  expect(begun(busy, worse)).toEqual([{ queue: 'Sales', alarm: 'tooLong' }]);
  expect(begun(new Map(), busy)).toEqual([{ queue: 'Sales', alarm: 'tooMany' }]);
});
