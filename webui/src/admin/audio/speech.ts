/** Whether the server can speak texts: a program does that, which not every machine has. */

import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '~/api/client';

/** False until it is known: what cannot work is not offered. */
export function useCanSpeak(): boolean {
  const server = useQuery({ queryKey: ['server'], queryFn: () => bodyOf(api.GET('/api/v1/server')) });
  return server.data?.can_speak ?? false;
}
