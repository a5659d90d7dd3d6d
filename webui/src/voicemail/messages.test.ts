import { expect, test } from 'vitest';
import { barsOf, isShown, type Message, newIn, soughtBy, speedOf } from './messages';

function message(facts: Partial<Message>): Message {
  return { is_new: false, is_mine: false, is_shared: true, ...facts } as Message;
}

test('a message of all that nobody has heard is new, and one that I took is mine', () => {
  expect(isShown(message({ is_new: true }), 'new')).toBe(true);
  expect(isShown(message({}), 'new')).toBe(false);
  expect(isShown(message({ is_mine: true }), 'mine')).toBe(true);
  expect(isShown(message({}), 'mine')).toBe(false);
  expect(isShown(message({ is_shared: false }), 'mine')).toBe(true);
  expect(isShown(message({}), 'all')).toBe(true);
});

test('the badge counts what is new in all boxes', () => {
  expect(newIn([])).toBe(0);
  expect(
    newIn(
      new Map([
        ['a', { new: 2 }],
        ['b', { new: 1 }],
      ]).values(),
    ),
  ).toBe(3);
});

test.each([
  ['ArrowLeft', 10, 7],
  ['ArrowLeft', 1, 0],
  ['ArrowRight', 10, 13],
  ['ArrowRight', 29, 30],
  ['PageUp', 10, 13],
  ['PageDown', 2, 0],
  ['Home', 10, 0],
  ['End', 10, 30],
  ['x', 10, null],
])('%s at %d s of 30 leads to %s', (key, at, to) => {
  expect(soughtBy(key, at, 30)).toBe(to);
});

test('only speeds that are offered are kept', () => {
  expect(speedOf('1.5')).toBe(1.5);
  expect(speedOf('16')).toBe(1);
  expect(speedOf(null)).toBe(1);
});

test('a quiet message is drawn as large as a loud one, and silence is a line', () => {
  expect(barsOf([0.1, 0.05], 100, 40)).toEqual(['M25.0 1.0V39.0', 'M75.0 10.5V29.5']);
  expect(barsOf([0.1, 0.05], 100, 40)).toEqual(barsOf([0.8, 0.4], 100, 40));
  expect(barsOf([0], 100, 40)).toEqual(['M50.0 19.3V20.8']);
  expect(barsOf([], 100, 40)).toEqual([]);
});
