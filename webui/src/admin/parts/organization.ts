/** What the organization has once: its name, its domains, its limits. */

import { useQuery } from '@tanstack/react-query';
import { api } from '~/api/client';
import { storedOf } from './stored';

const ORGANIZATION = {
  queryKey: ['organization', 'stored'],
  queryFn: () => storedOf(api.GET('/api/v1/organization')),
} as const;

/** With its tag, for those who change it. */
export function useStoredOrganization() {
  return useQuery(ORGANIZATION);
}

export function useOrganization() {
  return useQuery({ ...ORGANIZATION, select: ({ item }) => item });
}
