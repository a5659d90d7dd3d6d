import { expect, test } from 'vitest';
import { madeUpPassword } from './secrets';

test('a made-up password has four groups that are easily read out', () => {
  expect(madeUpPassword(() => 0)).toBe('aaaa-aaaa-aaaa-aaaa');
  expect(madeUpPassword()).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
});

test('no two are the same', () => {
  expect(new Set(Array.from({ length: 50 }, () => madeUpPassword())).size).toBe(50);
});
