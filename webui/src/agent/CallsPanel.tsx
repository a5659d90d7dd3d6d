/** The calls of this moment: those that ring, those that are up, and the word on the one that has just ended. */

import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '~/parts/format';
import { phone } from '~/phone/phone';
import { alerting, type EndedCall, ongoing } from '~/phone/state';
import { usePhone } from '~/phone/usePhone';
import { IncomingCall } from './IncomingCall';
import { OngoingCall } from './OngoingCall';
import { partyName } from './words';

const useStyles = makeStyles({
  calls: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

export function CallsPanel() {
  const styles = useStyles();
  const state = usePhone();
  const rings = alerting(state);
  const calls = ongoing(state);
  return (
    <div className={styles.calls}>
      {rings.map((call, index) => (
        <IncomingCall key={call.id} call={call} isFirst={index === 0} holdsOther={calls.length > 0} />
      ))}
      {calls.map((call) => (
        <OngoingCall key={call.id} call={call} />
      ))}
      {state.lastEnded !== null && <Ended ended={state.lastEnded} />}
    </div>
  );
}

const TOLD_FOR = 15_000;

function Ended({ ended: { call, why, at } }: { readonly ended: EndedCall }) {
  const { t } = useTranslation('agent');
  useEffect(() => {
    const timer = setTimeout(phone.putAway, at + TOLD_FOR - Date.now());
    return () => clearTimeout(timer);
  }, [at]);
  const lasted = call.answeredAt === null ? '' : duration((at - call.answeredAt) / 1000);
  return (
    <MessageBar
      intent={why === 'no-audio' || why === 'connection-lost' || why === 'failed' ? 'warning' : 'info'}
    >
      <MessageBarBody>
        <strong>{partyName(call.party, t)}</strong> · {t(`agent:ended.${why}`)}
        {lasted && ` ${t('agent:ended.lasted', { time: lasted })}`}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<DismissRegular />}
            aria-label={t('agent:ended.dismiss')}
            onClick={phone.putAway}
          />
        }
      />
    </MessageBar>
  );
}
