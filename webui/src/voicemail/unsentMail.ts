/** The boxes about whose messages mails could not be sent. */

import { useQuery } from '@tanstack/react-query';
import { whole } from '~/admin/parts/listing';
import { api, bodyOf } from '~/api/client';
import type { Mailbox } from './messages';

export function useUnsentMail() {
  return useQuery({
    queryKey: ['mailboxes', 'unsent'],
    queryFn: () =>
      whole((query) =>
        bodyOf(api.GET('/api/v1/mailboxes', { params: { query: { ...query, unsent_mail: true } } })),
      ),
  });
}

/** The page of whom a box belongs to. */
export function placeOf({ kind, name, box_id }: Mailbox): string {
  switch (kind) {
    case 'person':
      return `/users/${encodeURIComponent(name)}#mailbox`;
    case 'group':
      return `/groups/${encodeURIComponent(name)}#mailbox`;
    case 'queue':
      return `/queues/${box_id}#mailbox`;
  }
}
