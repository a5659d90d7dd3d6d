/**
 * The clocks by which all pages tell moments: those of the organization, wherever its readers are, so that a
 * moment formatted here is the same as one in a text of the server.
 */

const DAY = 86_400_000; // ms

let zone: string | undefined;

/** Tell moments by these clocks from now on; undefined: the browser's. */
export function setTimeZone(name: string | undefined): void {
  zone = name !== undefined && isKnown(name) ? name : undefined;
  clocks = clockOf(zone);
}

/** What `Intl.DateTimeFormat` wants to know. */
export function inZone(): { readonly timeZone?: string } {
  return zone === undefined ? {} : { timeZone: zone };
}

export interface WallClock {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** What the clocks show at a moment. */
export function wallClock(at: Date): WallClock {
  const wall = new Date(wallTime(at.getTime()));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
  };
}

/**
 * When the clocks show this; days past the end of the month are of the next one. What they show twice is the
 * first of both, and what they never show, because they are put forward, is when they are.
 */
export function momentAt(year: number, month: number, day: number, hour = 0, minute = 0): Date {
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  const [before, after] = [wanted - DAY, wanted + DAY].map((at) => wallTime(at) - at) as [number, number];
  const found = [wanted - before, wanted - after].filter((at) => wallTime(at) === wanted);
  return new Date(found.length > 0 ? Math.min(...found) : wanted - before);
}

/** The midnight with which a day began, some days before that of `now`. */
export function midnight(now: Date, daysAgo = 0): Date {
  const { year, month, day } = wallClock(now);
  return momentAt(year, month, day - daysAgo);
}

function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the server may know zones that this browser does not know yet
  }
}

function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-u-hc-h23', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    ...(timeZone !== undefined && { timeZone }),
  });
}

let clocks = clockOf(undefined);

/** What the clocks show, as if they showed UTC. */
function wallTime(at: number): number {
  const shown = Object.fromEntries(clocks.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
