import { expect, test } from 'vitest';
import { lengthInWords } from './lengths';

test.each([
  [0, 'en', '0 seconds'],
  [45, 'en', '45 seconds'],
  [60, 'en', '1 minute'],
  [630, 'en', '10 minutes 30 seconds'],
  [3600, 'en', '1 hour'],
  [630, 'fr', '10 minutes 30 secondes'],
])('%d s in %s', (seconds, language, words) => {
  expect(lengthInWords(seconds, language).replace(/\s/g, ' ')).toBe(words);
});
