/** What the list of messages asks of the API: everything below `/me/voicemail`. */

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { addressOf, api, bodyOf } from '~/api/client';
import { useLive } from '~/live/live';
import { useSay } from '~/parts/toasts';
import type { Message } from './messages';

const VOICEMAIL = ['me', 'voicemail'];
const MESSAGE = '/api/v1/me/voicemail/messages/{message_id}';

function of(message: Message) {
  return { params: { path: { message_id: message.message_id } } };
}

/** The boxes that I hear, my own first. */
export function useMyBoxes() {
  return useQuery({
    queryKey: [...VOICEMAIL, 'boxes'],
    queryFn: () => bodyOf(api.GET('/api/v1/me/voicemail/boxes')),
  });
}

/** The messages of one box, or of all that I hear, the newest first. */
export function useMyMessages(box: string, limit: number) {
  return useQuery({
    queryKey: [...VOICEMAIL, 'messages', box, limit],
    queryFn: () => {
      const query = { limit, ...(box !== '' && { box }) };
      return bodyOf(api.GET('/api/v1/me/voicemail/messages', { params: { query } }));
    },
    placeholderData: keepPreviousData,
  });
}

/** Asks anew as soon as something is new in a box, whoever did it. */
export function useMessageNews(): void {
  const client = useQueryClient();
  const mailboxes = useLive().snapshot?.mailboxes;
  useEffect(() => {
    if (mailboxes !== undefined) void client.invalidateQueries({ queryKey: VOICEMAIL });
  }, [client, mailboxes]);
}

/** How loud a message is from begin to end. */
export function useWaveform(message: Message) {
  return useQuery({
    queryKey: ['waveform', message.message_id],
    queryFn: () => bodyOf(api.GET(`${MESSAGE}/waveform`, { params: { ...of(message).params, query: {} } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Where its sound is. */
export function soundOf({ message_id }: Message): string {
  return addressOf(`/me/voicemail/messages/${encodeURIComponent(message_id)}/sound`);
}

/** A change of a message; the list says what has become of it. */
function useChange<T extends Message>(change: (message: T) => Promise<unknown>, done?: string) {
  const say = useSay();
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => done !== undefined && say.done(done),
    onError: say.failed,
    onSettled: () => client.invalidateQueries({ queryKey: VOICEMAIL }),
  });
}

/** Have a message of my own box count as heard, or as new again. */
export function useHeard(isHeard: boolean) {
  return useChange((message) =>
    bodyOf(api.PUT(`${MESSAGE}/heard`, { ...of(message), body: { is_heard: isHeard } })),
  );
}

/** Take a message of a shared box for all others. */
export function useTake(done: string) {
  return useChange((message) => bodyOf(api.PUT(`${MESSAGE}/taken`, of(message))), done);
}

/** Give a message back to all others. */
export function useRelease(done: string) {
  return useChange((message) => bodyOf(api.DELETE(`${MESSAGE}/taken`, of(message))), done);
}

/** Keep a message as long as if it had come today. */
export function useKeep(done: string) {
  return useChange((message) => bodyOf(api.PUT(`${MESSAGE}/saved`, of(message))), done);
}

/** Delete a message, for all who hear its box. */
export function useDelete(done: string) {
  return useChange((message) => bodyOf(api.DELETE(MESSAGE, of(message))), done);
}
