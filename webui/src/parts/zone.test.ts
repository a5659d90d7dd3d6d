import { afterEach, expect, test } from 'vitest';
import { inZone, midnight, momentAt, setTimeZone, wallClock } from './zone';

afterEach(() => setTimeZone(undefined));

const HOUR = 3_600_000; // ms

test.each([
  ['Europe/Paris', '2026-11-24T23:30:00Z', '2026-11-24T23:00:00.000Z'],
  ['America/Los_Angeles', '2026-11-24T07:30:00Z', '2026-11-23T08:00:00.000Z'],
  ['Asia/Kolkata', '2026-11-24T19:00:00Z', '2026-11-24T18:30:00.000Z'],
])('a day begins at midnight of %s', (zone, now, start) => {
  setTimeZone(zone);
  expect(midnight(new Date(now)).toISOString()).toBe(start);
});

test.each([
  ['Europe/Paris', '2026-03-29T12:00:00Z', 23],
  ['Europe/Paris', '2026-10-25T12:00:00Z', 25],
  ['Europe/Paris', '2026-11-24T12:00:00Z', 24],
  ['Africa/Cairo', '2026-04-24T12:00:00Z', 23], // its clocks are put forward at midnight
])('a day of %s at %s has %i hours', (zone, now, hours) => {
  setTimeZone(zone);
  const start = midnight(new Date(now));
  const end = midnight(new Date(now), -1);
  expect((end.getTime() - start.getTime()) / HOUR).toBe(hours);
});

test('what the clocks show twice is the first of both', () => {
  setTimeZone('Europe/Paris');
  expect(momentAt(2026, 10, 25, 2, 30).toISOString()).toBe('2026-10-25T00:30:00.000Z');
});

test('what the clocks never show is when they are put forward', () => {
  setTimeZone('Europe/Paris');
  expect(momentAt(2026, 3, 29, 2, 30).toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

test('a moment is told by the clocks of the organization', () => {
  setTimeZone('Asia/Tokyo');
  expect(wallClock(new Date('2026-11-24T23:05:00Z'))).toEqual({
    year: 2026,
    month: 11,
    day: 25,
    hour: 8,
    minute: 5,
  });
});

test('a zone that this browser does not know leaves its own', () => {
  setTimeZone('Europe/Nowhere');
  expect(inZone()).toEqual({});
});
