/** Holidays from calendars of countries. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';
import type { HolidayDraft } from './attendantDraft';

type CalendarDay = Schemas['CalendarDay'];

/** The country to begin with: that of the reader's browser, where the calendars know it. */
export function firstCountry(locales: readonly string[], countries: readonly string[]): string {
  const regions = locales.map((locale) => new Intl.Locale(locale).maximize().region ?? '');
  return regions.find((region) => countries.includes(region)) ?? countries[0] ?? '';
}

/** Names in the reader's language, in the order of that language. */
export function inOrder(
  codes: readonly string[],
  language: string,
): readonly { readonly code: string; readonly name: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' });
  return codes
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => one.name.localeCompare(other.name, language));
}

/** Those of a calendar that an attendant has not yet, by their days. */
export function missingDays(
  days: readonly CalendarDay[],
  holidays: readonly HolidayDraft[],
): readonly CalendarDay[] {
  return days.filter(
    ({ first, last }) => !holidays.some((each) => each.first <= first && last <= (each.last || each.first)),
  );
}

/** The holidays with more of them, as after hours, by their days. */
export function withDays(
  holidays: readonly HolidayDraft[],
  days: readonly Pick<CalendarDay, 'name' | 'first' | 'last'>[],
): readonly HolidayDraft[] {
  const next = nextId(holidays);
  const added = days.map(({ name, first, last }, place) => ({
    id: next + place,
    name,
    first,
    last,
    flow: null,
  }));
  return [...holidays, ...added];
}

/** An id that no row has. */
export function nextId(holidays: readonly HolidayDraft[]): number {
  return Math.max(-1, ...holidays.map(({ id }) => id)) + 1;
}
