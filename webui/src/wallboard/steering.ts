/** What an admin decides for an agent: pauses, and opting out of a queue. */

import { useMutation } from '@tanstack/react-query';
import { api } from '~/api/client';
import { useSay } from '~/parts/toasts';

export interface Steering {
  readonly isBusy: boolean;
  readonly pause: (reason: string) => void;
  readonly resume: () => void;
  readonly opt: (isOptedOut: boolean) => void;
}

/** Steers one agent, as far as one queue is concerned; `done` has the words for what was done. */
export function useSteering(
  upn: string,
  queueId: string,
  done: Readonly<Record<'paused' | 'resumed' | 'optedOut' | 'optedIn', string>>,
): Steering {
  const say = useSay();
  const steer = useMutation({
    mutationFn: async ({ act }: { act: () => Promise<unknown>; told: string }) => act(),
    onSuccess: (_, { told }) => say.done(told),
    onError: say.failed,
  });
  const user = { path: { key: upn } };
  return {
    isBusy: steer.isPending,
    pause: (reason) =>
      steer.mutate({
        act: () => api.PUT('/api/v1/users/{key}/pause', { params: user, body: { reason } }),
        told: done.paused,
      }),
    resume: () =>
      steer.mutate({
        act: () => api.DELETE('/api/v1/users/{key}/pause', { params: user }),
        told: done.resumed,
      }),
    opt: (isOptedOut) =>
      steer.mutate({
        act: () =>
          api.PUT('/api/v1/users/{key}/queues/{queue}', {
            params: { path: { key: upn, queue: queueId } },
            body: { opted_out: isOptedOut },
          }),
        told: isOptedOut ? done.optedOut : done.optedIn,
      }),
  };
}
