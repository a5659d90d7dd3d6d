/** What is wrong with the server, above every page, for as long as it is. */

import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { lazily } from '~/parts/lazily';
import { readHealth } from './health';

const HealthMessage = lazily(() => import('./HealthMessage'));

const ASKED_EVERY_MS = 30_000;
const ASKED_WHILE_UNWELL_EVERY_MS = 2_000;

export function HealthBanner() {
  // A page that has just loaded was served by a server that works: it asks a little later.
  const { data: parts } = useQuery({
    queryKey: ['health'],
    queryFn: readHealth,
    refetchInterval: ({ state }) => (state.data?.length ? ASKED_WHILE_UNWELL_EVERY_MS : ASKED_EVERY_MS),
    retry: false,
    initialData: [],
    staleTime: ASKED_EVERY_MS,
  });
  if (parts.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <HealthMessage parts={parts} />
    </Suspense>
  );
}
