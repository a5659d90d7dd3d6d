/** What is told of a call: from history, or from now while it goes on. */

import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { useLive } from '~/live/live';
import type { CallTimeline } from './timeline';

const TIME_TO_BE_WRITTEN = 600; // ms from a decision until it can surely be read

/** CallTimeline anew whenever the call does something; the timeline goes on in history when the call is over. */
export function useCallTimeline(callId: string): UseQueryResult<CallTimeline> {
  const { snapshot } = useLive();
  const now = snapshot?.calls.get(callId);
  return useQuery({
    // A call that changes is another object in the snapshot.
    queryKey: ['timeline', callId, now ?? null],
    queryFn: async () => {
      if (now !== undefined) await new Promise((resolve) => setTimeout(resolve, TIME_TO_BE_WRITTEN));
      return tell(callId);
    },
    enabled: snapshot !== null,
    staleTime: now === undefined ? Number.POSITIVE_INFINITY : 0,
    placeholderData: keepPreviousData,
    // Between the two there is a moment in which neither has the call.
    retry: (count, error) => !(error instanceof ApiProblem && error.status !== 404) && count < 2,
  });
}

async function tell(callId: string): Promise<CallTimeline> {
  const params = { path: { call_id: callId } };
  try {
    const [call, { decisions }] = await Promise.all([
      bodyOf(api.GET('/api/v1/calls/{call_id}', { params })),
      bodyOf(api.GET('/api/v1/calls/{call_id}/decisions', { params })),
    ]);
    return { call, rings: call.rings, decisions };
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
    return bodyOf(api.GET('/api/v1/live/calls/{call_id}', { params }));
  }
}
