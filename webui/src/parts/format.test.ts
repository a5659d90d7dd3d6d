// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { duration, localeOf, moment, share, since } from './format';

afterEach(() => vi.unstubAllGlobals());

test.each([
  [-3, '0:00'],
  [0, '0:00'],
  [59.9, '0:59'],
  [75, '1:15'],
  [3599, '59:59'],
  [3700, '1:01:40'],
])('%d s are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('time since a moment', () => {
  expect(since('2026-11-24T10:00:00Z', Date.parse('2026-11-24T10:01:05Z'))).toBe('1:05');
});

test('another day has its date', () => {
  const now = new Date('2026-11-24T10:00:00');
  expect(moment('2026-11-24T09:05:00', 'fr', now)).toBe('09:05:00');
  expect(moment('2026-11-23T09:05:00', 'fr', now)).toContain('23/11/2026');
});

test('hours are counted as the person has them', () => {
  vi.stubGlobal('navigator', { languages: ['de-DE', 'en-GB', 'en'] });
  expect(localeOf('en')).toBe('en-GB');
  expect(localeOf('fr')).toBe('fr');
  const now = new Date('2026-11-24T23:00:00');
  expect(moment('2026-11-24T19:05:00', 'en', now)).toBe('19:05:00');
});

test('a share of nothing is a dash', () => {
  expect(share(null, 'en')).toBe('–');
  expect(share(0.934, 'en')).toBe('93%');
});
