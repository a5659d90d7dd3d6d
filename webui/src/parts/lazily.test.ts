import { expect, test } from 'vitest';
import { patiently } from './lazily';

/** Fails so often, then brings the number of attempts. */
function flaky(failures: number) {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (attempts <= failures) throw new Error(`failure ${attempts}`);
    return attempts;
  };
}

test('what cannot be loaded is tried again, and comes as if nothing had been', async () => {
  expect(await patiently(flaky(0), [0, 0, 0])).toBe(1);
  expect(await patiently(flaky(3), [0, 0, 0])).toBe(4);
});

test('what stays away is told as it was the last time', async () => {
  await expect(patiently(flaky(9), [0, 0, 0])).rejects.toThrow('failure 4');
});
