/** The queues whose history somebody may see, by name. */

import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '~/api/client';
import { useSession } from '~/api/session';

const NOTHING: readonly string[] = [];

/** In the order of the alphabet; nothing until they are known. */
export function useQueueNames(): readonly string[] {
  const { role, queues } = useSession();
  const { data } = useQuery({
    queryKey: ['queues', 'names', role, queues],
    queryFn: async () => {
      const query = { limit: 1000, sort: 'name' };
      const { items } = await bodyOf(api.GET('/api/v1/queues', { params: { query } }));
      const names = items.map(({ name }) => name);
      return role === 'queue-owner' ? names.filter((name) => queues.includes(name)) : names;
    },
  });
  return data ?? NOTHING;
}
