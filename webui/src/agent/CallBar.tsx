/** The call of this moment, wherever in the pages its person is; and what draws them to it. */

import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { useHiddenStyles } from '~/parts/hidden';
import { lazily } from '~/parts/lazily';
import { alerting, type PhoneCall } from '~/phone/state';
import { usePhone } from '~/phone/usePhone';
import { useAttention } from './attention';
import { PAGE, partyName } from './words';

const FloatingCall = lazily(() => import('./FloatingCall'));

export default function CallBar() {
  const { hidden } = useHiddenStyles();
  const { pathname } = useLocation();
  const state = usePhone();
  useAttention();
  const [ring] = alerting(state);
  const call = ring ?? state.calls[0];
  return (
    <>
      <div className={hidden} role="alert">
        {ring !== undefined && <Announcement ring={ring} />}
      </div>
      {call !== undefined && !pathname.startsWith(PAGE) && (
        <Suspense fallback={null}>
          <FloatingCall call={call} />
        </Suspense>
      )}
    </>
  );
}

function Announcement({ ring }: { readonly ring: PhoneCall }) {
  const { t } = useTranslation('agent');
  const party = partyName(ring.party, t);
  return ring.queue === null
    ? t('agent:call.announceDirect', { party })
    : t('agent:call.announceIncoming', { queue: ring.queue, party });
}
