/** The line to a live stream of the server, which mends itself. */

import { type Change, changed, type SentSnapshot, type Snapshot, snapshotOf } from './snapshot';

/** `connecting`: nothing was heard yet, or the line is broken; `away`: the server takes no calls now. */
export type LiveState = 'connecting' | 'live' | 'away';

export interface Live {
  readonly state: LiveState;
  /** When this state began, in ms since 1970; of a line that is broken, when something was heard last. */
  readonly since: number;
  readonly snapshot: Snapshot | null;
  /** By how much the server's clock, in which the snapshot tells all moments, is ahead of ours, in ms. */
  readonly skew: number;
}

type Listener = () => void;
type Timer = ReturnType<typeof setTimeout> | undefined;

const LONGEST_SILENCE = 40_000; // ms: two heartbeats and a half
const PAUSE_BEFORE_REOPENING = 2_000; // ms
const GRACE = 5_000; // ms: the server ends each stream after a while, and the browser is back before anybody looks
const SMALLEST_SKEW = 2_000; // ms: less cannot be told from the time that news takes

/** The difference of two clocks when one says `at` (ISO 8601) and the other `now` (ms). */
export function skewOf(at: string, now: number): number {
  const skew = Date.parse(at) - now;
  return Math.abs(skew) < SMALLEST_SKEW ? 0 : skew;
}

/** Follows a stream of the API while anybody listens. */
export class LiveStream {
  private live: Live = { state: 'connecting', since: Date.now(), snapshot: null, skew: 0 };
  private source: EventSource | null = null;
  private heardAt = Date.now();
  private reopening: Timer;
  private breaking: Timer;
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly address: string,
    private readonly onRefused: () => void,
  ) {}

  readonly now = (): Live => this.live;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  };

  private open(): void {
    const source = new EventSource(this.address);
    const on = (kind: string, act: (data: string) => void) =>
      source.addEventListener(kind, (event) => {
        this.heard();
        act((event as MessageEvent<string>).data);
      });
    on('snapshot', (data) => this.show(snapshotOf(JSON.parse(data) as SentSnapshot)));
    on('change', (data) => {
      const { snapshot } = this.live;
      if (snapshot !== null) this.show(changed(snapshot, JSON.parse(data) as Change));
    });
    on('gone', () => this.tell('away'));
    on('alive', () => {});
    source.addEventListener('error', () => {
      this.breaking ??= setTimeout(() => this.tell('connecting'), GRACE);
      // A refusal, such as a session that is over or a proxy without its server, ends an EventSource for good.
      if (source.readyState !== EventSource.CLOSED) return;
      this.onRefused();
      this.reopenIn(PAUSE_BEFORE_REOPENING);
    });
    this.source = source;
    this.reopenIn(LONGEST_SILENCE);
  }

  private heard(): void {
    this.heardAt = Date.now();
    clearTimeout(this.breaking);
    this.breaking = undefined;
    // A line on which not even heartbeats come is dead, whatever the browser thinks of it.
    this.reopenIn(LONGEST_SILENCE);
  }

  private reopenIn(pause: number): void {
    clearTimeout(this.reopening);
    this.reopening = setTimeout(() => {
      this.breaking ??= setTimeout(() => this.tell('connecting'), GRACE);
      this.source?.close();
      this.open();
    }, pause);
  }

  private close(): void {
    clearTimeout(this.reopening);
    clearTimeout(this.breaking);
    this.breaking = undefined;
    this.source?.close();
    this.source = null;
  }

  private show(snapshot: Snapshot): void {
    this.tell('live', { snapshot, skew: skewOf(snapshot.at, Date.now()) });
  }

  private tell(state: LiveState, news: Partial<Live> = {}): void {
    const since = state === this.live.state ? this.live.since : this.heardAt;
    this.live = { ...this.live, ...news, state, since };
    for (const listener of this.listeners) listener();
  }
}
