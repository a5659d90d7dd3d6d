/** Who is signed in, and what that permits. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { setTimeZone } from '~/parts/zone';
import {
  ApiProblem,
  api,
  bodyOf,
  type Schemas,
  setCsrfToken,
  setOrganization,
  whenSignedOut,
} from './client';
import { actedFor } from './organization';

export type Session = Schemas['SessionView'];
export type Permission = Schemas['Permission'];

const KEY = ['session'];
const Current = createContext<Session | null>(null);

async function read(): Promise<Session | null> {
  try {
    return taken(
      await bodyOf(api.GET('/api/v1/session', { params: { query: { organization: actedFor() } } })),
    );
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return taken(null);
    throw error;
  }
}

function taken<T extends Session | null>(session: T): T {
  setCsrfToken(session?.csrf_token ?? null);
  // Who is of an organization acts for that one, whoever was in this tab before.
  setOrganization(session?.role === 'host' ? actedFor() : null);
  setTimeZone(session?.time_zone);
  return session;
}

/** The session as a query: `data` is null when nobody is signed in. */
export function useSessionQuery() {
  const client = useQueryClient();
  useEffect(() => whenSignedOut(() => client.setQueryData(KEY, null)), [client]);
  return useQuery({
    queryKey: KEY,
    queryFn: read,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: 'always',
  });
}

/** Take over a session that has just begun, or null when it has ended. */
export function useTakeSession(): (session: Session | null) => void {
  const client = useQueryClient();
  return (session) => {
    taken(session);
    if (session === null) client.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
    client.setQueryData(KEY, session);
  };
}

export function SessionProvider({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ReactNode;
}) {
  return <Current value={session}>{children}</Current>;
}

/** The session; only for what is shown to people who are signed in. */
export function useSession(): Session {
  const session = useContext(Current);
  if (session === null) throw new Error('nobody is signed in');
  return session;
}

/** Whether the account may do something. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}
