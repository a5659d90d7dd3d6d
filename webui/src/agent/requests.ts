/** What the agent's page asks of the API: everything below `/me`. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useSay } from '~/parts/toasts';
import type { OwnRule } from './rule';

export type Me = Schemas['MyView'];
export type MyQueue = Schemas['AgentQueue'];
export type MyCall = Schemas['MyCall'];
export type Presence = Schemas['Presence'];
export type Colleagues = Schemas['Colleagues'];
export type NotRung = Schemas['CallNotRung'];

const ME = ['me'];

/** Who I am, which queues I serve, and what I do. */
export function useMe() {
  return useQuery({ queryKey: ME, queryFn: () => bodyOf(api.GET('/api/v1/me')) });
}

/** My calls of today. */
export function useMyCalls(limit: number) {
  return useQuery({
    queryKey: [...ME, 'calls', limit],
    queryFn: () => bodyOf(api.GET('/api/v1/me/calls', { params: { query: { limit } } })),
    placeholderData: keepPreviousData,
  });
}

/** What was decided about me for one call. */
export function useMyDecisions(callId: string) {
  return useQuery({
    queryKey: [...ME, 'decisions', callId],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/me/calls/{call_id}/decisions', { params: { path: { call_id: callId } } })),
  });
}

/** Calls of my queues of today for which I was not rung, and why. */
export function useNotRung() {
  return useQuery({
    queryKey: [...ME, 'not-rung'],
    queryFn: () => bodyOf(api.GET('/api/v1/me/not-rung', { params: { query: { limit: 50 } } })),
  });
}

/** People and queues whose names have a text in them. */
export function useColleagues(search: string, isWanted: boolean) {
  return useQuery({
    queryKey: [...ME, 'colleagues', search],
    queryFn: () => bodyOf(api.GET('/api/v1/me/colleagues', { params: { query: { search } } })),
    enabled: isWanted,
    placeholderData: keepPreviousData,
  });
}

/** Ask anew for everything that is mine, since something happened. */
export function useAskAnew(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.invalidateQueries({ queryKey: ME }), [client]);
}

/** A change of what I do; it says when it is done, or why not. */
function useMyChange<T>(change: (wanted: T) => Promise<unknown>, done: (wanted: T) => string) {
  const say = useSay();
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: change,
    onSuccess: (_, wanted) => say.done(done(wanted)),
    onError: say.failed,
    onSettled: askAnew,
  });
}

/** Set my presence by hand, or with null leave it to my phones. */
export function useChoosePresence(done: (presence: Presence | null) => string) {
  return useMyChange(
    (presence: Presence | null) => bodyOf(api.PUT('/api/v1/me/presence', { body: { presence } })),
    done,
  );
}

/** Take no calls for a while. */
export function usePause(done: () => string) {
  return useMyChange((reason: string) => bodyOf(api.PUT('/api/v1/me/pause', { body: { reason } })), done);
}

/** Take calls again, after a pause or before wrap-up is over. */
export function useResume(done: () => string) {
  return useMyChange(() => bodyOf(api.DELETE('/api/v1/me/pause')), done);
}

/** Whether I take the calls of a queue; one change after the other. */
export function useOpt(done: (queue: MyQueue, isOptedOut: boolean) => string) {
  const client = useQueryClient();
  const say = useSay();
  const askAnew = useAskAnew();
  return useMutation({
    mutationFn: ({ queue, isOptedOut }: { queue: MyQueue; isOptedOut: boolean }) =>
      bodyOf(
        api.PUT('/api/v1/me/queues/{queue}', {
          params: { path: { queue: queue.id } },
          body: { opted_out: isOptedOut },
        }),
      ),
    scope: { id: 'opt' },
    onSuccess(_, { queue, isOptedOut }) {
      // What was asked for before would come with the choice before.
      void client.cancelQueries({ queryKey: ME, exact: true });
      client.setQueryData<Me>(ME, (me) => me && opted(me, queue.id, isOptedOut));
      say.done(done(queue, isOptedOut));
    },
    onError: say.failed,
    onSettled: askAnew,
  });
}

function opted(me: Me, queueId: string, isOptedOut: boolean): Me {
  const queues = me.queues.map((each) => (each.id === queueId ? { ...each, opted_out: isOptedOut } : each));
  return { ...me, queues };
}

/** What becomes of direct calls to me. */
export function useMyRule() {
  return useQuery({ queryKey: [...ME, 'rule'], queryFn: () => bodyOf(api.GET('/api/v1/me/rule')) });
}

/** Say what becomes of direct calls to me; the form shows what is wrong with single settings. */
export function useSetMyRule(done: () => string) {
  return useMyChange((rule: OwnRule) => bodyOf(api.PUT('/api/v1/me/rule', { body: rule })), done);
}

/** A credential for the phone in this page, good for some minutes. */
export function fetchPhoneCredentials(): Promise<Schemas['PhoneAccess']> {
  return bodyOf(api.POST('/api/v1/me/phone'));
}
