/** The wallboard of now. */

import { useCallback, useMemo } from 'react';
import { useLive } from '~/live/live';
import { boardOf, type QueueOnBoard } from './board';
import type { LookAhead } from './lookAhead';
import { type Preferences, usePreferences } from './preferences';
import { useLookAhead } from './useLookAhead';
import { type QueueToday, useToday } from './useToday';

export interface Board {
  /** The queues that are wanted; null until something was heard. */
  readonly boards: readonly QueueOnBoard[] | null;
  readonly today: ReadonlyMap<string, QueueToday> | undefined;
  readonly ahead: ReadonlyMap<string, LookAhead>;
  readonly preferences: Preferences;
  /** How an agent is called, by UPN. */
  readonly nameOf: (upn: string) => string;
}

export function useBoard(): Board {
  const preferences = usePreferences();
  const { snapshot } = useLive();
  const today = useToday(preferences.target);
  const ahead = useLookAhead();
  const boards = useMemo(
    () => (snapshot === null ? null : boardOf(snapshot, preferences)),
    [snapshot, preferences],
  );
  const agents = snapshot?.agents;
  const names = useMemo(
    () => new Map([...(agents?.values() ?? [])].map((agent) => [agent.upn, agent.display_name])),
    [agents],
  );
  const nameOf = useCallback((upn: string) => names.get(upn) ?? upn, [names]);
  return { boards, today, ahead, preferences, nameOf };
}
