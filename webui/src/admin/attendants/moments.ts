/** Days and moments as people read them. Nothing in here does I/O. */

/** `2027-07-14` as a day, whatever the clocks of the reader. */
export function dayInWords(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00Z`));
}

/** A moment with its weekday, by the clocks of a zone. */
export function momentInWords(at: string, zone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: zone,
  }).format(new Date(at));
}

/** The day and the time that the clocks of a zone show, as fields for them hold them. */
export function fieldsAt(now: Date, zone: string): { readonly day: string; readonly time: string } {
  const shown = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: zone });
  const [day = '', time = ''] = shown.format(now).split(' ');
  return { day, time };
}
