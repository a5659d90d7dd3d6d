import { expect, test } from 'vitest';
import { newAlarms } from './newAlarms';

test('an alarm is told when it begins, and again when it comes back', () => {
  const quiet = new Map([['Sales', []]]);
  const busy = new Map([['Sales', ['tooMany' as const]]]);
  const worse = new Map([['Sales', ['tooMany' as const, 'tooLong' as const]]]);
  expect(newAlarms(new Map(), quiet)).toEqual([]);
  expect(newAlarms(quiet, busy)).toEqual([{ queue: 'Sales', alarm: 'tooMany' }]);
  expect(newAlarms(busy, busy)).toEqual([]);
  expect(newAlarms(busy, worse)).toEqual([{ queue: 'Sales', alarm: 'tooLong' }]);
  expect(newAlarms(new Map(), busy)).toEqual([{ queue: 'Sales', alarm: 'tooMany' }]);
});
