import { expect, test } from 'vitest';
import type { HolidayDraft } from './attendantDraft';
import { firstCountry, inOrder, missingDays, nextId, withDays } from './calendars';

const summer: HolidayDraft = { id: 4, name: 'Été', first: '2027-08-01', last: '2027-08-20', flow: null };
const bastille = { name: 'Fête nationale', first: '2027-07-14', last: '2027-07-14' };
const assumption = { name: 'Assomption', first: '2027-08-15', last: '2027-08-15' };

test('the country to begin with is the reader’s', () => {
  expect(firstCountry(['en-US', 'fr-FR'], ['FR', 'US'])).toBe('US');
  expect(firstCountry(['fr'], ['FR', 'US'])).toBe('FR');
  expect(firstCountry(['eo'], ['FR', 'US'])).toBe('FR');
});

test('countries are in the order of the reader’s language', () => {
  expect(inOrder(['DE', 'FR', 'AT'], 'en').map(({ name }) => name)).toEqual(['Austria', 'France', 'Germany']);
  expect(inOrder(['DE', 'FR', 'AT'], 'fr').map(({ name }) => name)).toEqual([
    'Allemagne',
    'Autriche',
    'France',
  ]);
});

test('a day that is a holiday already is not offered', () => {
  expect(missingDays([bastille, assumption], [summer])).toEqual([bastille]);
  expect(missingDays([assumption], [{ ...summer, last: '' }])).toEqual([assumption]);
});

test('holidays that are added come last and are rows of their own', () => {
  const all = withDays([summer], [bastille, assumption]);
  expect(all.map(({ id, name }) => [id, name])).toEqual([
    [4, 'Été'],
    [5, 'Fête nationale'],
    [6, 'Assomption'],
  ]);
  expect(nextId([])).toBe(0);
});
