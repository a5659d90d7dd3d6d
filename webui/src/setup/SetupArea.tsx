/** The first run: an empty server becomes one that takes a call, in five steps that may be left and taken up. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { SessionProvider, useMay, useSessionQuery } from '~/api/session';
import { LiveProvider } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { Loaded } from '~/parts/Loaded';
import { RouterLink } from '~/parts/RouterLink';
import { SignIn } from '~/shell/SignIn';
import { BeginningSteps } from './BeginningSteps';
import { Frame } from './Frame';
import { FurtherSteps } from './FurtherSteps';

export default function SetupArea() {
  const session = useSessionQuery();
  return (
    <Loaded query={session}>
      {(found) =>
        found === null ? (
          <Strangers />
        ) : (
          <SessionProvider session={found}>
            <LiveProvider of="all">
              <People />
            </LiveProvider>
          </SessionProvider>
        )
      }
    </Loaded>
  );
}

/** Nobody is signed in: either there is nobody yet, or somebody comes back. */
function Strangers() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => bodyOf(api.GET('/api/v1/setup')) });
  return <Loaded query={setup}>{({ needed }) => (needed ? <BeginningSteps /> : <SignIn />)}</Loaded>;
}

function People() {
  const { t } = useTranslation('setup');
  const maySetUp = useMay('change-settings');
  if (maySetUp) return <FurtherSteps />;
  return (
    <Frame>
      <Empty title={t('setup:notYours')}>
        <RouterLink to="/">{t('common:toStart')}</RouterLink>
      </Empty>
    </Frame>
  );
}
