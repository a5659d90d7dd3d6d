/** A call that rings: who, for what, how long they waited, and whether to take it. */

import { Button, Caption1, makeStyles, Text, tokens } from '@fluentui/react-components';
import { CallEndRegular, CallRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useNow } from '~/live/clock';
import { useLive } from '~/live/live';
import { duration } from '~/parts/format';
import { Surface } from '~/parts/Surface';
import { useChoices } from '~/phone/choices';
import { phone } from '~/phone/phone';
import type { PhoneCall } from '~/phone/state';
import { Who } from './Who';
import { othersWaiting, partyName } from './words';

const useStyles = makeStyles({
  card: {
    border: `${tokens.strokeWidthThick} solid ${tokens.colorBrandStroke1}`,
    boxShadow: tokens.shadow16,
  },
  facts: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalL,
    fontVariantNumeric: 'tabular-nums',
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  action: {
    flexGrow: 1,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
  },
  button: { minHeight: '48px' },
  // Where there is nothing to hover with there are no keys to press.
  keys: { '@media (hover: none)': { display: 'none' } },
});

interface Props {
  readonly call: PhoneCall;
  /** The first to come is what keys are about. */
  readonly isFirst: boolean;
  readonly holdsOther: boolean;
}

export function IncomingCall({ call, isFirst, holdsOther }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { hasKeys } = useChoices();
  const showsKeys = isFirst && hasKeys;
  const party = partyName(call.party, t);
  const announcement =
    call.queue === null
      ? t('agent:call.announceDirect', { party })
      : t('agent:call.announceIncoming', { queue: call.queue, party });
  return (
    <Surface className={styles.card} role="group" aria-label={announcement}>
      <Text weight="semibold">{t('agent:call.incoming')}</Text>
      <Who call={call} />
      <Facts call={call} />
      {holdsOther && <Caption1>{t('agent:call.holdsOther')}</Caption1>}
      <div className={styles.actions}>
        <div className={styles.action}>
          <Button
            appearance="primary"
            size="large"
            className={styles.button}
            icon={<CallRegular />}
            aria-keyshortcuts={showsKeys ? 'Enter A' : undefined}
            onClick={() => void phone.accept(call.id)}
          >
            {t('agent:call.accept')}
          </Button>
          {showsKeys && (
            <Caption1 align="center" className={styles.keys}>
              {t('agent:call.acceptKeys')}
            </Caption1>
          )}
        </div>
        <div className={styles.action}>
          <Button
            size="large"
            className={styles.button}
            icon={<CallEndRegular />}
            aria-keyshortcuts={showsKeys ? 'Escape D' : undefined}
            onClick={() => phone.hangUp(call.id)}
          >
            {t('agent:call.decline')}
          </Button>
          {showsKeys && (
            <Caption1 align="center" className={styles.keys}>
              {t('agent:call.declineKeys')}
            </Caption1>
          )}
        </div>
      </div>
    </Surface>
  );
}

/** How long the caller waits, and how many others do now. */
function Facts({ call }: { readonly call: PhoneCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const now = useNow();
  const { state, snapshot } = useLive();
  if (call.queue === null) return null;
  const others = othersWaiting(call, state === 'live' ? snapshot : null);
  const waited = (call.waitedS ?? 0) + (now - call.beganAt) / 1000;
  return (
    <div className={styles.facts}>
      <span>{t('agent:call.waited', { time: duration(waited) })}</span>
      {others !== null && <span>{t('agent:call.othersWaiting', { count: others })}</span>}
    </div>
  );
}
