/** Whoever does not see a spinner hears what it stands for, or that it is none of their business. */

import { expect, test } from 'vitest';

const sources = import.meta.glob<string>('../**/*.tsx', { query: '?raw', import: 'default', eager: true });
const spinners = Object.entries(sources).flatMap(([path, source]) =>
  [...source.matchAll(/<Spinner\b[^>]*>/g)].map(([spinner]) => ({ path, spinner })),
);

test('there are spinners', () => expect(spinners.length).toBeGreaterThan(10));

test.each(spinners)('$path: $spinner has a name or is hidden', ({ spinner }) => {
  expect(spinner).toMatch(/ (aria-)?label=| aria-hidden/);
});
