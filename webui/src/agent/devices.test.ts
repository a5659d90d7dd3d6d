import { expect, test } from 'vitest';
import { levelOf } from './devices';

test('silence is 0, full scale is 1, and in between it is as ears hear', () => {
  expect(levelOf(new Float32Array(64))).toBe(0);
  expect(levelOf(new Float32Array(64).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(64).fill(0.0316))).toBeCloseTo(0.5, 2);
});
