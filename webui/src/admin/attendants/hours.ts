/** The hours of a week: written as people write them, painted as people see them. Nothing in here does I/O. */

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** Quarters of an hour of a day: the steps in which hours are set. */
export const QUARTERS = 96;
const WEEK = QUARTERS * DAYS.length;
const MOST_SPANS = 8;

/** From the beginning of one quarter to that of another; one that ends at or before its start goes past midnight. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The spans of each day, by the day on which they begin. */
export type Week = readonly (readonly Span[])[];

/** What is wrong with the hours of a day as they are typed: a key below `attendants:wrongHours`. */
export type HoursFault = 'form' | 'step' | 'same' | 'many';

const CLOCK = String.raw`(\d{1,2})\s*(?:[:.hH]\s*(\d{2})?)?`;
const SPAN = new RegExp(String.raw`^${CLOCK}\s*[-–—]\s*${CLOCK}$`);

/** The spans that a text means, or what is wrong with it. */
export function spansIn(text: string): readonly Span[] | HoursFault {
  const spans: Span[] = [];
  for (const part of text.split(/[,;]/).map((each) => each.trim())) {
    if (part === '') continue;
    const span = spanIn(part);
    if (typeof span === 'string') return span;
    spans.push(span);
  }
  return spans.length > MOST_SPANS ? 'many' : spans;
}

function spanIn(text: string): Span | HoursFault {
  const [, startHour, startMinute = '0', endHour, endMinute = '0'] = SPAN.exec(text) ?? [];
  const start = Number(startHour) * 60 + Number(startMinute);
  const end = Number(endHour) * 60 + Number(endMinute);
  const isClock = Number(startMinute) < 60 && Number(endMinute) < 60 && start < 24 * 60 && end <= 24 * 60;
  if (!isClock) return 'form'; // what is no number is less than nothing
  if (start % 15 !== 0 || end % 15 !== 0) return 'step';
  return start === end ? 'same' : { start: start / 15, end: end / 15 };
}

/** `09:00` for the 36th quarter, `24:00` for the end of a day. */
export function clock(quarter: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(quarter / 4))}:${two((quarter % 4) * 15)}`;
}

/** As the API takes it: `09:00-12:30`. */
export function spanForm({ start, end }: Span): string {
  return `${clock(start)}-${clock(end)}`;
}

/** The hours of a day as they are typed. */
export function textOf(spans: readonly Span[]): string {
  return spans.map(spanForm).join(', ');
}

/** The hours of a day as they are read: `09:00–12:30`. */
export function shown(text: string): string {
  return text.replaceAll('-', '–');
}

/** A part of a day that is open, for drawing. */
export interface Stretch extends Span {
  /** It began the day before. */
  readonly isFromBefore: boolean;
}

/** What is open on a day, also what goes on from the day before. */
export function stretchesOf(week: Week, day: number): readonly Stretch[] {
  const before = (week[(day + DAYS.length - 1) % DAYS.length] ?? []).filter(isPastMidnight);
  const own = week[day] ?? [];
  return [
    ...before.filter(({ end }) => end > 0).map(({ end }) => ({ start: 0, end, isFromBefore: true })),
    ...own.map((span) => ({
      start: span.start,
      end: isPastMidnight(span) ? QUARTERS : span.end,
      isFromBefore: false,
    })),
  ];
}

export function isPastMidnight({ start, end }: Span): boolean {
  return end <= start;
}

export function isOpenAt(week: Week, day: number, quarter: number): boolean {
  return stretchesOf(week, day).some(({ start, end }) => start <= quarter && quarter < end);
}

/** A rectangle of days and quarters that is painted open or closed; quarters from 96 on are of the next day. */
export interface Stroke {
  readonly days: readonly [first: number, last: number];
  readonly quarters: readonly [first: number, last: number];
  readonly isOpen: boolean;
}

/**
 * The week after a stroke. What is painted up to midnight and on from there is one span of the evening, and goes
 * on also when the next day is a holiday.
 */
export function painted(week: Week, { days, quarters, isOpen }: Stroke): Week {
  const cells = cellsOf(week);
  const isJoined = week.map((spans) => spans.some((span) => isPastMidnight(span) && span.end > 0));
  for (let day = days[0]; day <= days[1]; day += 1)
    for (let quarter = quarters[0]; quarter <= quarters[1]; quarter += 1) {
      const cell = (day * QUARTERS + quarter) % WEEK;
      cells[cell] = isOpen;
      const own = Math.floor(cell / QUARTERS);
      if (isOpen && cell % QUARTERS === QUARTERS - 1) isJoined[own] = true;
      if (isOpen && cell % QUARTERS === 0) isJoined[(own + DAYS.length - 1) % DAYS.length] = true;
    }
  return weekOf(cells, isJoined);
}

function cellsOf(week: Week): boolean[] {
  const cells = Array<boolean>(WEEK).fill(false);
  DAYS.forEach((_, day) => {
    for (const { start, end } of stretchesOf(week, day))
      cells.fill(true, day * QUARTERS + start, day * QUARTERS + end);
  });
  return cells;
}

function weekOf(cells: readonly boolean[], isJoined: readonly boolean[]): Week {
  const runs = DAYS.map((_, day) => runsIn(cells.slice(day * QUARTERS, (day + 1) * QUARTERS)));
  const goesOn = runs.map((own, day) => {
    const last = own.at(-1);
    const [next] = runs[(day + 1) % DAYS.length] ?? [];
    // A span is shorter than a day; what is longer stays in two.
    return (
      isJoined[day] === true &&
      last?.end === QUARTERS &&
      next?.start === 0 &&
      next.end < last.start &&
      next.end < QUARTERS
    );
  });
  return runs.map((own, day) => {
    const isTaken = goesOn[(day + DAYS.length - 1) % DAYS.length] === true;
    const [next] = runs[(day + 1) % DAYS.length] ?? [];
    const spans = isTaken ? own.slice(1) : own;
    return spans.map((span) =>
      goesOn[day] === true && span.end === QUARTERS ? { start: span.start, end: next?.end ?? 0 } : span,
    );
  });
}

function runsIn(cells: readonly boolean[]): Span[] {
  const runs: Span[] = [];
  cells.forEach((isOpen, quarter) => {
    if (!isOpen) return;
    const last = runs.at(-1);
    if (last?.end === quarter) runs[runs.length - 1] = { start: last.start, end: quarter + 1 };
    else runs.push({ start: quarter, end: quarter + 1 });
  });
  return runs;
}
