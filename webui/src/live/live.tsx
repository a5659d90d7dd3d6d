/** The live stream of a page: one connection, shared by everything in it that looks on. */

import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '~/api/client';
import { type Change, changed, type Picture, pictureOf, type Snapshot } from './picture';

/** `connecting`: nothing was heard yet, or the line is broken; `away`: the server takes no calls now. */
export type LiveState = 'connecting' | 'live' | 'away';

export interface Live {
  readonly state: LiveState;
  readonly picture: Picture | null;
}

type Listener = () => void;

/** Follows a stream of the API while anybody listens. */
class LiveStream {
  private live: Live = { state: 'connecting', picture: null };
  private source: EventSource | null = null;
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly address: string,
    private readonly onBroken: () => void,
  ) {}

  readonly now = (): Live => this.live;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    if (this.source === null) this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  };

  private open(): void {
    const source = new EventSource(this.address);
    source.addEventListener('snapshot', (event) => {
      this.tell({ state: 'live', picture: pictureOf(JSON.parse(event.data) as Snapshot) });
    });
    source.addEventListener('change', (event) => {
      const { picture } = this.live;
      if (picture !== null)
        this.tell({ state: 'live', picture: changed(picture, JSON.parse(event.data) as Change) });
    });
    source.addEventListener('gone', () => this.tell({ ...this.live, state: 'away' }));
    source.addEventListener('error', () => {
      this.tell({ ...this.live, state: 'connecting' });
      // A refusal, such as a session that is over, ends an EventSource for good.
      if (source.readyState === EventSource.CLOSED) this.onBroken();
    });
    this.source = source;
  }

  private close(): void {
    this.source?.close();
    this.source = null;
  }

  private tell(live: Live): void {
    this.live = live;
    for (const listener of this.listeners) listener();
  }
}

const Stream = createContext<LiveStream | null>(null);

/** Everything inside may look on: at what the account sees of the organization, or at what is a user's own. */
export function LiveProvider({ of, children }: { readonly of: 'all' | 'me'; readonly children: ReactNode }) {
  const client = useQueryClient();
  const { i18n } = useTranslation();
  const language = i18n.language;
  const stream = useMemo(() => {
    const path = of === 'all' ? '/live/events' : '/me/live/events';
    return new LiveStream(addressOf(path, { language }), () =>
      client.invalidateQueries({ queryKey: ['session'] }),
    );
  }, [of, client, language]);
  return <Stream value={stream}>{children}</Stream>;
}

/** The picture of now, and whether it is true. */
export function useLive(): Live {
  const stream = useContext(Stream);
  if (stream === null) throw new Error('there is no live stream here');
  return useSyncExternalStore(stream.subscribe, stream.now);
}

/** Calls `act` each time a queue's call ends, since then history has news. */
export function useCallEnded(act: () => void): void {
  const { picture } = useLive();
  const calls = picture?.calls;
  const before = useMemo(() => ({ ids: new Set<string>() }), []);
  useEffect(() => {
    const now = new Set(calls?.keys() ?? []);
    const hasEnded = [...before.ids].some((id) => !now.has(id));
    before.ids = now;
    if (hasEnded) act();
  }, [calls, act, before]);
}
