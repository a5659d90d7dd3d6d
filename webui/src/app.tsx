/** All pages and where they are. Each area is loaded when somebody first goes there. */

import { Spinner } from '@fluentui/react-components';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { type ComponentType, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { createBrowserRouter, Navigate, Outlet, RouterProvider } from 'react-router';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { SessionProvider, useSession, useSessionQuery } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import { Toasts } from '~/parts/toasts';
import { areasFor } from '~/shell/areas';
import { NotFound } from '~/shell/NotFound';
import { PartLost } from '~/shell/PartLost';
import { Shell } from '~/shell/Shell';
import { SignIn } from '~/shell/SignIn';
import { Theme } from '~/theme/theme';

const AgentArea = lazily(() => import('~/agent/AgentArea'));
const SwitchesPage = lazily(() => import('~/agent/SwitchesPage'));
const WallboardArea = lazily(() => import('~/wallboard/WallboardArea'));
const BigScreen = lazily(() => import('~/wallboard/BigScreen'));
const HistoryArea = lazily(() => import('~/history/HistoryArea'));
const QueuesArea = lazily(() => import('~/admin/queues/QueuesArea'));
const AttendantsArea = lazily(() => import('~/admin/attendants/AttendantsArea'));
const UsersArea = lazily(() => import('~/admin/users/UsersArea'));
const GroupsArea = lazily(() => import('~/admin/groups/GroupsArea'));
const NumbersArea = lazily(() => import('~/admin/numbers/NumbersArea'));
const CallerIdArea = lazily(() => import('~/admin/callerid/CallerIdArea'));
const AudioArea = lazily(() => import('~/admin/audio/AudioArea'));
const CheckArea = lazily(() => import('~/admin/check/CheckArea'));
const AuditArea = lazily(() => import('~/admin/audit/AuditArea'));
const SettingsArea = lazily(() => import('~/admin/settings/SettingsArea'));
const SetupArea = lazily(() => import('~/setup/SetupArea'));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one however often it is asked for.
      retry: (count, error) => !(error instanceof ApiProblem) && count < 3,
    },
  },
});

// Areas have routes of their own below these.
const router = createBrowserRouter([
  { path: '/setup', element: <Alone area={SetupArea} />, errorElement: <PartLost /> },
  {
    element: <ForPeople />,
    errorElement: <PartLost />,
    children: [
      { index: true, element: <Home /> },
      { path: 'wallboard/big', element: <Alone area={BigScreen} /> },
      {
        element: <Shell />,
        children: [
          {
            errorElement: <PartLost />,
            children: [
              { path: 'agent/*', element: <AgentArea /> },
              { path: 'q', element: <SwitchesPage /> },
              { path: 'wallboard/*', element: <WallboardArea /> },
              { path: 'history/*', element: <HistoryArea /> },
              { path: 'queues/*', element: <QueuesArea /> },
              { path: 'attendants/*', element: <AttendantsArea /> },
              { path: 'users/*', element: <UsersArea /> },
              { path: 'groups/*', element: <GroupsArea /> },
              { path: 'numbers/*', element: <NumbersArea /> },
              { path: 'caller-id/*', element: <CallerIdArea /> },
              { path: 'audio/*', element: <AudioArea /> },
              { path: 'check/*', element: <CheckArea /> },
              { path: 'audit/*', element: <AuditArea /> },
              { path: 'settings/*', element: <SettingsArea /> },
              { path: '*', element: <NotFound /> },
            ],
          },
        ],
      },
    ],
  },
]);

/** An area without the frame around it. */
function Alone({ area: Area }: { readonly area: ComponentType }) {
  const { t } = useTranslation();
  return (
    <Suspense fallback={<Spinner label={t('common:loading')} />}>
      <Area />
    </Suspense>
  );
}

/** What is below is for people who are signed in; all others are led there. */
function ForPeople() {
  const query = useSessionQuery();
  return (
    <Loaded query={query}>
      {(session) =>
        session === null ? (
          <Strangers />
        ) : (
          <SessionProvider session={session}>
            <Outlet />
          </SessionProvider>
        )
      }
    </Loaded>
  );
}

/** On an empty server there is nobody to sign in as. */
function Strangers() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => bodyOf(api.GET('/api/v1/setup')) });
  return (
    <Loaded query={setup}>{({ needed }) => (needed ? <Navigate to="/setup" replace /> : <SignIn />)}</Loaded>
  );
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Theme>
        <RouterProvider router={router} />
        <Toasts />
      </Theme>
    </QueryClientProvider>
  );
}

/** The first area that somebody may go to. */
function Home() {
  const session = useSession();
  const [first] = areasFor(session);
  return first === undefined ? <NotFound /> : <Navigate to={first.path} replace />;
}
