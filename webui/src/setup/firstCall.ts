/** What has been seen of the first call. Nothing in here does I/O. */

import type { Snapshot } from '~/live/snapshot';

export interface Seen {
  readonly isRegistered: boolean;
  readonly hasArrived: boolean;
  readonly isAnswered: boolean;
}

export const NOTHING_SEEN: Seen = { isRegistered: false, hasArrived: false, isAnswered: false };

/** What was seen before, and what there is to see now: a call that is over has been seen all the same. */
export function seenIn(snapshot: Snapshot, queue: string, before: Seen): Seen {
  const calls = [...snapshot.calls.values()].filter((call) => call.queue === queue);
  const agents = [...snapshot.agents.values()].filter((agent) => agent.queues.includes(queue));
  return {
    isRegistered: agents.some((agent) => agent.state !== 'signed-out'),
    hasArrived: before.hasArrived || calls.length > 0,
    isAnswered: before.isAnswered || calls.some((call) => call.state === 'talking'),
  };
}
