import { expect, test } from 'vitest';
import {
  addressOf,
  chartStretchOf,
  type Filters,
  filtersOf,
  isWait,
  localOf,
  momentOf,
  NO_FILTERS,
  queryOf,
  stepOf,
  stretchOf,
} from './filters';

const NOW = new Date(2026, 10, 24, 10, 30);
const midnight = (day: number) => new Date(2026, 10, day).toISOString();

test('what is not filtered is not in the address', () => {
  expect(addressOf(NO_FILTERS).toString()).toBe('');
  expect(filtersOf(new URLSearchParams())).toEqual(NO_FILTERS);
});

test('a view can be sent to somebody', () => {
  const filters: Filters = {
    view: 'charts',
    range: 'custom',
    from: '2026-11-01T08:00:00.000Z',
    to: '2026-11-02T08:00:00.000Z',
    queue: 'Help Desk & Co.',
    agent: 'amal@contoso.com',
    outcome: 'timed-out',
    caller: '+1425',
    minWait: '30',
    within: 45,
    page: 3,
  };
  expect(filtersOf(new URLSearchParams(addressOf(filters).toString()))).toEqual(filters);
});

test('what makes no sense in an address does not count', () => {
  const address = new URLSearchParams(
    'view=nonsense&range=later&from=soon&outcome=maybe&minWait=-1&within=0&page=x',
  );
  expect(filtersOf(address)).toEqual(NO_FILTERS);
});

test('moments of a custom range are forgotten with it', () => {
  const filters = { ...NO_FILTERS, range: 'week' as const, from: '2026-11-01T08:00:00.000Z' };
  expect(addressOf(filters).toString()).toBe('range=week');
});

test.each([
  ['today', { from: midnight(24) }],
  ['yesterday', { from: midnight(23), to: midnight(24) }],
  ['week', { from: midnight(18) }],
  ['month', { from: new Date(2026, 9, 26).toISOString() }],
  ['all', {}],
  ['custom', { to: '2026-11-02T08:00:00.000Z' }],
] as const)('%s begins at midnight', (range, stretch) => {
  expect(stretchOf({ range, from: '', to: '2026-11-02T08:00:00.000Z' }, NOW)).toEqual(stretch);
});

test('only what is filtered is asked for', () => {
  expect(queryOf({ ...NO_FILTERS, range: 'all' }, NOW)).toEqual({});
  const filters = { ...NO_FILTERS, range: 'all', caller: ' 425 ', minWait: '0', queue: 'Sales' } as const;
  expect(queryOf(filters, NOW)).toEqual({ caller: '425', min_wait_s: 0, queue: 'Sales' });
});

test.each([
  [{ from: midnight(24) }, 900],
  [{ from: midnight(18) }, 3600],
  [{ from: midnight(1) }, 86400],
  [{ from: midnight(1), to: midnight(2) }, 900],
  [{}, 86400],
])('the bars of %o are %d s', (stretch, step) => {
  expect(stepOf(stretch, NOW)).toBe(step);
});

test('a wait is a number that the API takes', () => {
  expect(['0', '2.5', '600'].every(isWait)).toBe(true);
  expect(['', ' ', '-1', 'x', '10000001'].some(isWait)).toBe(false);
});

test('a moment goes into a field and comes back', () => {
  const at = new Date(2026, 10, 4, 9, 5).toISOString();
  expect(localOf(at)).toBe('2026-11-04T09:05');
  expect(momentOf(localOf(at))).toBe(at);
  expect(localOf('')).toBe('');
});

test('charts of all calls show the last year', () => {
  const from = new Date(2025, 10, 24).toISOString();
  expect(chartStretchOf({ range: 'all', from: '', to: '' }, NOW)).toEqual({ from });
  expect(chartStretchOf({ range: 'today', from: '', to: '' }, NOW)).toEqual({ from: midnight(24) });
  const to = midnight(2);
  expect(chartStretchOf({ range: 'custom', from: '', to }, NOW)).toEqual({
    from: new Date(2025, 10, 2).toISOString(),
    to,
  });
});
