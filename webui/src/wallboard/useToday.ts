/** What became of today's calls, fresh after each of them. */

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useCallEnded } from '~/live/live';
import { untilNextStep } from './lastHour';

export type QueueToday = Schemas['QueueToday'];

const TIME_TO_BE_WRITTEN = 1_000; // ms from a call's end until history surely has it
const KEY = 'today';

/** Today's report by queue id; it stays as it was while a fresh one is on its way. */
export function useToday(target: number): ReadonlyMap<string, QueueToday> | undefined {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: [KEY, target],
    queryFn: async () => {
      const { queues } = await bodyOf(
        api.GET('/api/v1/reports/today', { params: { query: { within_s: target } } }),
      );
      return new Map(queues.map((queue) => [queue.id, queue]));
    },
    // The last hour moves on by itself, and midnight begins a new day: no event tells that.
    refetchInterval: () => untilNextStep(Date.now()),
    placeholderData: keepPreviousData,
  });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const refresh = useCallback(() => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: [KEY] });
    }, TIME_TO_BE_WRITTEN);
  }, [client]);
  useCallEnded(refresh);
  return data;
}
