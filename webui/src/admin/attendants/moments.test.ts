import { expect, test } from 'vitest';
import { dayInWords, fieldsAt, momentInWords } from './moments';

test('a day is that day for readers everywhere', () => {
  expect(dayInWords('2027-07-14', 'fr')).toBe('14 juil. 2027');
});

test('a moment is told by the clocks of the attendant', () => {
  const words = momentInWords('2027-07-14T17:10:00Z', 'Europe/Paris', 'fr');
  expect(words).toMatch(/^mercredi 14 juillet 2027.+19:10$/);
});

test('the fields begin with what the clocks of the attendant show', () => {
  expect(fieldsAt(new Date('2027-07-14T23:10:30Z'), 'Europe/Paris')).toEqual({
    day: '2027-07-15',
    time: '01:10',
  });
});
