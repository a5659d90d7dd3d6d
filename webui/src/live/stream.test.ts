import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveStream, skewOf } from './stream';

class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 1;

  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  send(kind: string, data: object = {}): void {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
}

const SNAPSHOT = { at: '2026-11-24T10:00:00Z', queues: [], agents: [], calls: [], mailboxes: [] };
const newest = (): FakeSource => {
  const source = FakeSource.all.at(-1);
  if (source === undefined) throw new Error('no line was opened');
  return source;
};

beforeEach(() => {
  FakeSource.all = [];
  vi.stubGlobal('EventSource', FakeSource);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('one line for all who listen, closed after the last', () => {
  const stream = new LiveStream('/live', () => {});
  const ends = [stream.subscribe(() => {}), stream.subscribe(() => {})];
  expect(FakeSource.all).toHaveLength(1);
  for (const end of ends) end();
  expect(newest().readyState).toBe(FakeSource.CLOSED);
  vi.advanceTimersByTime(600_000);
  expect(FakeSource.all).toHaveLength(1);
});

test('a refused line asks who we are, is opened again, and says since when nothing was heard', () => {
  let refusals = 0;
  const stream = new LiveStream('/live', () => {
    refusals += 1;
  });
  stream.subscribe(() => {});
  newest().send('snapshot', SNAPSHOT);
  expect(stream.now().state).toBe('live');
  const heardAt = Date.now();
  vi.advanceTimersByTime(5_000);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    newest().close();
    newest().dispatchEvent(new Event('error'));
    expect(refusals).toBe(attempt);
    vi.advanceTimersByTime(2_000);
    expect(FakeSource.all).toHaveLength(attempt + 1);
  }
  expect(stream.now()).toMatchObject({ state: 'connecting', since: heardAt });
  expect(stream.now().snapshot?.at).toBe(SNAPSHOT.at);
  newest().send('snapshot', SNAPSHOT);
  expect(stream.now().state).toBe('live');
});

test('a line that is back at once was live all the time', () => {
  const told: string[] = [];
  const stream = new LiveStream('/live', () => {});
  stream.subscribe(() => told.push(stream.now().state));
  newest().send('snapshot', SNAPSHOT);
  newest().dispatchEvent(new Event('error'));
  vi.advanceTimersByTime(3_000);
  newest().send('snapshot', SNAPSHOT);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['live', 'live']);
});

test('a line that only the browser holds for good is given up', () => {
  const stream = new LiveStream('/live', () => {});
  stream.subscribe(() => {});
  newest().send('snapshot', SNAPSHOT);
  for (let beat = 0; beat < 10; beat += 1) {
    vi.advanceTimersByTime(15_000);
    newest().send('alive');
  }
  expect(FakeSource.all).toHaveLength(1);
  const heardAt = Date.now();
  vi.advanceTimersByTime(40_000);
  expect(FakeSource.all).toHaveLength(2);
  expect(stream.now().state).toBe('live');
  vi.advanceTimersByTime(5_000);
  expect(stream.now()).toMatchObject({ state: 'connecting', since: heardAt });
});

test('clocks that differ by more than news takes are put right', () => {
  const now = Date.parse('2026-11-24T10:00:00Z');
  expect(skewOf('2026-11-24T09:59:59.300Z', now)).toBe(0);
  expect(skewOf('2026-11-24T10:05:00Z', now)).toBe(300_000);
  expect(skewOf('2026-11-24T09:00:00Z', now)).toBe(-3_600_000);
});
