/** The agent's page: what I do, my phone, my queues, my calls. */

import { MessageBar, MessageBarBody, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LiveProvider, useCallEnded, useLive } from '~/live/live';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import { Page } from '~/parts/Page';
import { RouterLink } from '~/parts/RouterLink';
import { phone } from '~/phone/phone';
import { usePhone } from '~/phone/usePhone';
import { useIsNarrow } from '~/shell/narrow';
import { CallsPanel } from './CallsPanel';
import { DialPanel } from './DialPanel';
import { HistoryPanel } from './HistoryPanel';
import { MePanel } from './MePanel';
import { PhonePanel } from './PhonePanel';
import { QueuesPanel } from './QueuesPanel';
import { RulePanel } from './RulePanel';
import { type Me, useAskAnew, useMe } from './requests';
import { usePhoneOfMine } from './usePhoneOfMine';

const MyPhonesPanel = lazily(() => import('~/phones/MyPhonesPanel'));
const VoicemailPanel = lazily(() => import('~/voicemail/VoicemailPanel'));

const useStyles = makeStyles({
  areas: {
    display: 'grid',
    gridTemplateColumns: 'minmax(280px, 360px) minmax(0, 1fr)',
    gridTemplateRows: 'auto 1fr',
    gap: tokens.spacingHorizontalL,
    alignItems: 'start',
  },
  withCalls: { gridTemplateAreas: '"me calls" "me lists"' },
  withoutCalls: { gridTemplateAreas: '"me lists" "me lists"' },
  narrow: { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: 'auto' },
  narrowWithCalls: { gridTemplateAreas: '"calls" "me" "lists"' },
  narrowWithoutCalls: { gridTemplateAreas: '"me" "lists"' },
  column: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL, minWidth: 0 },
  calls: { gridArea: 'calls', minWidth: 0 },
  me: { gridArea: 'me' },
  lists: { gridArea: 'lists' },
});

const TIME_TO_WRITE = 1500;

export default function AgentArea() {
  return (
    <LiveProvider of="me">
      <AgentPage />
    </LiveProvider>
  );
}

function AgentPage() {
  const { t } = useTranslation('agent');
  const query = useMe();
  usePhoneOfMine();
  useNewsAfterCalls();
  return (
    <Page title={t('agent:title')}>
      <LiveState />
      <Loaded query={query}>{(me) => <Areas me={me} />}</Loaded>
    </Page>
  );
}

/** When a call of mine has ended, my lists have news: at once, or as soon as a busy server has written it down. */
function useNewsAfterCalls(): void {
  const askAnew = useAskAnew();
  const askTwice = useCallback(() => {
    askAnew();
    setTimeout(askAnew, TIME_TO_WRITE);
  }, [askAnew]);
  useCallEnded(askTwice);
  // A call may come and go between two looks at the live snapshot.
  const { lastEnded } = usePhone();
  useEffect(() => {
    if (lastEnded !== null) askTwice();
  }, [lastEnded, askTwice]);
}

/** Whether the phone has been on the air, or cannot be: until then nothing may take the line from it. */
function useIsPhoneSettled(): boolean {
  const { availability } = usePhone();
  const [isSettled, setSettled] = useState(false);
  const isUnderWay = availability === 'asking' || availability === 'connecting';
  useEffect(() => {
    if (!isUnderWay) setSettled(true);
  }, [isUnderWay]);
  return isSettled;
}

/** Whether what is shown is true. */
function LiveState() {
  const { t } = useTranslation('agent');
  const { state, snapshot } = useLive();
  useEffect(() => {
    // The server is back: the phone need not wait for its next attempt.
    if (state === 'live') phone.reconnect();
  }, [state]);
  if (state === 'live' || (state === 'connecting' && snapshot === null)) return null;
  return (
    <MessageBar intent="warning" layout="multiline" role="status">
      <MessageBarBody>{t(state === 'away' ? 'agent:serverAway' : 'agent:liveLost')}</MessageBarBody>
    </MessageBar>
  );
}

function Areas({ me }: { readonly me: Me }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const isNarrow = useIsNarrow();
  const { calls, lastEnded } = usePhone();
  const isPhoneSettled = useIsPhoneSettled();
  const hasCalls = calls.length > 0 || lastEnded !== null;
  const areas = hasCalls ? styles.withCalls : styles.withoutCalls;
  const narrowAreas = hasCalls ? styles.narrowWithCalls : styles.narrowWithoutCalls;
  return (
    <div className={mergeClasses(styles.areas, areas, isNarrow && styles.narrow, isNarrow && narrowAreas)}>
      {hasCalls && (
        <div className={styles.calls}>
          <CallsPanel />
        </div>
      )}
      <div className={mergeClasses(styles.column, styles.me)}>
        <MePanel me={me} />
        <PhonePanel />
        <QueuesPanel me={me} actions={<RouterLink to="/q">{t('agent:switches.link')}</RouterLink>} />
        <RulePanel />
        <Suspense>{isPhoneSettled && <MyPhonesPanel />}</Suspense>
      </div>
      <div className={mergeClasses(styles.column, styles.lists)}>
        {calls.length === 0 && <DialPanel />}
        <HistoryPanel />
        <Suspense>{isPhoneSettled && <VoicemailPanel />}</Suspense>
      </div>
    </div>
  );
}
