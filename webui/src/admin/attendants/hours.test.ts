import { expect, test } from 'vitest';
import {
  clock,
  DAYS,
  isOpenAt,
  painted,
  QUARTERS,
  type Span,
  type Stroke,
  spansIn,
  stretchesOf,
  textOf,
  type Week,
} from './hours';

const CLOSED: Week = DAYS.map(() => []);

function week(...days: string[]): Week {
  return DAYS.map((_, day) => spansIn(days[day] ?? '') as readonly Span[]);
}

function texts(of: Week): string[] {
  return of.map(textOf);
}

function stroke(days: readonly [number, number], from: number, to: number, isOpen: boolean = true): Stroke {
  return { days, quarters: [from * 4, to * 4 - 1], isOpen };
}

test.each([
  ['09:00-12:30, 14:00-18:00', '09:00-12:30, 14:00-18:00'],
  ['9-12:30;14h–18h', '09:00-12:30, 14:00-18:00'],
  ['9h15 - 12h', '09:15-12:00'],
  ['18:00-02:00', '18:00-02:00'],
  ['0-24', '00:00-24:00'],
  ['', ''],
])('%j is read as %j', (typed, meant) => {
  expect(textOf(spansIn(typed) as readonly Span[])).toBe(meant);
});

test.each([
  ['nine to five', 'form'],
  ['09:00', 'form'],
  ['24:00-25:00', 'form'],
  ['09:60-10:00', 'form'],
  ['09:10-12:00', 'step'],
  ['09:00-09:00', 'same'],
  ['0-1,2-3,4-5,6-7,8-9,10-11,12-13,14-15,16-17', 'many'],
])('%j is wrong: %s', (typed, fault) => {
  expect(spansIn(typed)).toBe(fault);
});

test('quarters are told by the clock', () => {
  expect([0, 37, 96].map(clock)).toEqual(['00:00', '09:15', '24:00']);
});

test('a rectangle paints the same hours on several days', () => {
  expect(texts(painted(CLOSED, stroke([0, 4], 9, 17)))).toEqual([...Array(5).fill('09:00-17:00'), '', '']);
});

test('what is painted together is one span, what is rubbed out makes two', () => {
  const morning = painted(CLOSED, stroke([1, 1], 9, 12));
  const all = painted(morning, stroke([1, 1], 12, 18));
  expect(textOf(all[1] ?? [])).toBe('09:00-18:00');
  expect(textOf(painted(all, stroke([1, 1], 12, 13, false))[1] ?? [])).toBe('09:00-12:00, 13:00-18:00');
});

test('a stroke past midnight is a span of the evening, also from Sunday to Monday', () => {
  const late = painted(CLOSED, stroke([4, 4], 18, 26));
  expect(texts(late)[4]).toBe('18:00-02:00');
  expect(texts(painted(CLOSED, stroke([6, 6], 22, 30)))).toEqual(['', '', '', '', '', '', '22:00-06:00']);
  expect(isOpenAt(late, 5, 7)).toBe(true);
  expect(isOpenAt(late, 5, 8)).toBe(false);
  expect(stretchesOf(late, 5)).toEqual([{ start: 0, end: 8, isFromBefore: true }]);
});

test('what goes on past midnight is shortened in the morning', () => {
  const shorter = painted(week('18:00-04:00'), stroke([1, 1], 2, 4, false));
  expect(texts(shorter).slice(0, 2)).toEqual(['18:00-02:00', '']);
  expect(texts(painted(shorter, stroke([1, 1], 0, 2, false))).slice(0, 2)).toEqual(['18:00-24:00', '']);
});

test('evening and morning that were set apart stay apart until somebody paints over midnight', () => {
  const apart = week('20:00-24:00', '00:00-02:00');
  expect(texts(painted(apart, stroke([3, 3], 9, 10))).slice(0, 2)).toEqual(['20:00-24:00', '00:00-02:00']);
  expect(texts(painted(apart, stroke([1, 1], 0, 3))).slice(0, 2)).toEqual(['20:00-03:00', '']);
});

test('always open is seven whole days, and no span is a day or longer', () => {
  expect(texts(painted(CLOSED, stroke([0, 6], 0, 24)))).toEqual(Array(7).fill('00:00-24:00'));
  expect(texts(painted(week('09:00-24:00'), stroke([1, 1], 0, 12))).slice(0, 2)).toEqual([
    '09:00-24:00',
    '00:00-12:00',
  ]);
});

test('every stroke sets just its quarters, whatever was there', () => {
  // A generator of our own (xorshift): the same weeks each time.
  let seed = 20270714;
  const random = (below: number) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
  let now = CLOSED;
  for (let turn = 0; turn < 100; turn += 1) {
    const day = random(7);
    const last = Math.min(6, day + random(3));
    const from = random(QUARTERS);
    const to = from + random(60);
    const drawn: Stroke = { days: [day, last], quarters: [from, to], isOpen: random(2) === 1 };
    const after = painted(now, drawn);
    const touched = new Set<number>();
    for (let each = day; each <= last; each += 1)
      for (let quarter = from; quarter <= to; quarter += 1)
        touched.add((each * QUARTERS + quarter) % (QUARTERS * 7));
    const openIn = (of: Week) =>
      Array.from({ length: QUARTERS * 7 }, (_, cell) =>
        isOpenAt(of, Math.floor(cell / QUARTERS), cell % QUARTERS),
      );
    const wanted = openIn(now).map((isOpen, cell) => (touched.has(cell) ? drawn.isOpen : isOpen));
    expect(openIn(after), `turn ${turn}`).toEqual(wanted);
    // What is written is read back as it was.
    for (const spans of after) {
      const read = spansIn(textOf(spans));
      if (read !== 'many') expect(read).toEqual(spans);
    }
    now = after;
  }
});
