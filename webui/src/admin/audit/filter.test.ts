import { expect, test } from 'vitest';
import { asQuery, NO_FILTER } from './filter';

test('nothing asked, nothing sent', () => {
  expect(asQuery(NO_FILTER, 1)).toEqual({ limit: 50, offset: 0 });
});

test('the last day counts whole', () => {
  const query = asQuery({ ...NO_FILTER, who: 'amal', from: '2026-11-23', to: '2026-11-24' }, 3);
  expect(query).toMatchObject({ who: 'amal', offset: 100 });
  expect(Date.parse(String(query.to)) - Date.parse(String(query.from))).toBe(2 * 24 * 3600 * 1000);
});
