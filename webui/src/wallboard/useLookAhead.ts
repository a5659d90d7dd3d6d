/** What is expected of the queues in the next half-hour. The server looks ahead while somebody asks. */

import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '~/api/client';
import type { LookAhead } from './lookAhead';

const ASKED_EVERY = 3_000; // ms

/** By queue id; nothing is shown of a queue about which nothing is said. */
export function useLookAhead(): ReadonlyMap<string, LookAhead> {
  const { data } = useQuery({
    queryKey: ['look-ahead'],
    queryFn: async () => {
      const { queues } = await bodyOf(api.GET('/api/v1/live/look-ahead'));
      return new Map(queues.map((queue) => [queue.id, queue]));
    },
    refetchInterval: ASKED_EVERY,
  });
  return data ?? NOTHING;
}

const NOTHING: ReadonlyMap<string, LookAhead> = new Map();
