/** The live stream of a page: one connection, shared by everything in it that looks on. */

import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '~/api/client';
import { useNow } from './clock';
import { type Live, LiveStream } from './stream';

export type { Live, LiveState } from './stream';

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

/** Everything as it is now, and whether it is true. */
export function useLive(): Live {
  const stream = useContext(Stream);
  if (stream === null) throw new Error('there is no live stream here');
  return useSyncExternalStore(stream.subscribe, stream.now);
}

/**
 * The moment of the snapshot by the server's clock, in ms since 1970: it goes on while the line is live, and a
 * component that asks is drawn again each second.
 */
export function useServerNow(): number {
  const { state, since, skew } = useLive();
  const now = useNow();
  return (state === 'live' ? now : since) + skew;
}

/** Calls `act` each time a queue's call ends, since then history has news. */
export function useCallEnded(act: () => void): void {
  const { snapshot } = useLive();
  const calls = snapshot?.calls;
  const before = useMemo(() => ({ ids: new Set<string>() }), []);
  useEffect(() => {
    const now = new Set(calls?.keys() ?? []);
    const hasEnded = [...before.ids].some((id) => !now.has(id));
    before.ids = now;
    if (hasEnded) act();
  }, [calls, act, before]);
}
