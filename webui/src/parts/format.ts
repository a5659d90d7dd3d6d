/** Moments, durations and numbers as people read them. */

import { inZone, midnight } from './zone';

/** `75` is `1:15`, `3700` is `1:01:40`; never below zero. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** How long it is since a moment (ISO 8601), as `duration`. */
export function since(moment: string, now: number): string {
  return duration((now - Date.parse(moment)) / 1000);
}

/** A language as this person has it: English may count hours to twelve or to twenty-four. */
export function localeOf(language: string): string {
  return navigator.languages.find((each) => each.split('-')[0] === language) ?? language;
}

/** A time of day by the clocks of the organization, with the date where that is not today. */
export function moment(at: string, language: string, now: Date = new Date()): string {
  const when = new Date(at);
  const isToday = midnight(when).getTime() === midnight(now).getTime();
  return new Intl.DateTimeFormat(localeOf(language), {
    ...inZone(),
    timeStyle: 'medium',
    ...(!isToday && { dateStyle: 'short' }),
  }).format(when);
}

/** `10:20` or `10:20 AM`, by the clocks of the organization. */
export function timeOfDay(at: Date, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { ...inZone(), timeStyle: 'short' }).format(at);
}

/** `0.934` is `93 %`; a dash where there is nothing to divide by. */
export function share(value: number | null, language: string): string {
  return value === null ? '–' : new Intl.NumberFormat(language, { style: 'percent' }).format(value);
}
