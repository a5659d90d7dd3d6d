/** The phone in this page: whether calls reach it, and what to do when it is not. */

import {
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  Spinner,
  Switch,
  tokens,
} from '@fluentui/react-components';
import {
  AlertRegular,
  CheckmarkCircleFilled,
  DismissCircleRegular,
  MicOffRegular,
  SpeakerSettingsRegular,
  WarningRegular,
} from '@fluentui/react-icons';
import { type ReactElement, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { inWords } from '~/api/problems';
import { lazily } from '~/parts/lazily';
import { choose, useChoices } from '~/phone/choices';
import { phone } from '~/phone/phone';
import type { Availability } from '~/phone/state';
import { usePhone } from '~/phone/usePhone';
import { askToNotify, mayAskToNotify } from './notifications';
import { Panel } from './Panel';

const SoundDialog = lazily(() => import('./SoundDialog'));

const useStyles = makeStyles({
  status: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  icon: { display: 'flex', fontSize: '20px' },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

/** What is to be said and done about a phone that calls do not reach. */
const HELPED: readonly Availability[] = [
  'insecure',
  'asking',
  'no-permission',
  'no-microphone',
  'microphone-busy',
  'refused',
];
const RETRIED: readonly Availability[] = ['no-permission', 'no-microphone', 'microphone-busy', 'refused'];

export function PhonePanel() {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { isOn } = useChoices();
  const { availability, problem } = usePhone();
  const [isChoosing, setChoosing] = useState(false);
  return (
    <Panel title={t('agent:phone.title')}>
      <Switch
        label={t('agent:phone.use')}
        checked={isOn}
        onChange={(_, { checked }) => choose({ isOn: checked })}
      />
      <div className={styles.status} role="status">
        <AvailabilityIcon availability={availability} />
        {t(`agent:phone.availability.${availability}`)}
      </div>
      {HELPED.includes(availability) && (
        <Caption1>{problem === null ? t(`agent:phone.help.${availability}`) : inWords(problem, t)}</Caption1>
      )}
      <div className={styles.actions}>
        {availability === 'elsewhere' && (
          <Button appearance="primary" onClick={phone.useHere}>
            {t('agent:phone.useHere')}
          </Button>
        )}
        {RETRIED.includes(availability) && (
          <Button onClick={phone.retry}>
            {t(availability === 'no-permission' ? 'agent:phone.allow' : 'agent:phone.tryAgain')}
          </Button>
        )}
        <Button icon={<SpeakerSettingsRegular />} onClick={() => setChoosing(true)}>
          {t('agent:phone.sound')}
        </Button>
        <NotifyButton />
      </div>
      <Warnings />
      <Suspense>{isChoosing && <SoundDialog onClose={() => setChoosing(false)} />}</Suspense>
    </Panel>
  );
}

function AvailabilityIcon({ availability }: { readonly availability: Availability }): ReactElement {
  const styles = useStyles();
  switch (availability) {
    case 'available':
      return <CheckmarkCircleFilled className={mergeClasses(styles.icon, styles.good)} aria-hidden />;
    case 'connecting':
    case 'asking':
      return <Spinner size="extra-tiny" aria-hidden />;
    case 'off':
      return <DismissCircleRegular className={styles.icon} aria-hidden />;
    case 'no-permission':
    case 'no-microphone':
    case 'microphone-busy':
      return <MicOffRegular className={mergeClasses(styles.icon, styles.bad)} aria-hidden />;
    default:
      return <WarningRegular className={mergeClasses(styles.icon, styles.bad)} aria-hidden />;
  }
}

/** Browsers ask only once, so we ask them only when the person wants it. */
function NotifyButton() {
  const { t } = useTranslation('agent');
  const [mayAsk, setMayAsk] = useState(mayAskToNotify);
  if (!mayAsk) return null;
  return (
    <Button
      icon={<AlertRegular />}
      title={t('agent:phone.notifyHint')}
      onClick={() => void askToNotify().then(() => setMayAsk(mayAskToNotify()))}
    >
      {t('agent:phone.notify')}
    </Button>
  );
}

function Warnings() {
  const { t } = useTranslation('agent');
  const { isSilenced, isMicrophoneLost, isConnected, calls } = usePhone();
  const warnings = [
    isSilenced && t('agent:phone.silenced'),
    isMicrophoneLost && t('agent:phone.microphoneLost'),
    calls.length > 0 && !isConnected && t('agent:phone.lineDown'),
  ].filter((each) => each !== false);
  return warnings.map((text) => (
    <MessageBar key={text} intent="warning" layout="multiline" role="alert">
      <MessageBarBody>{text}</MessageBarBody>
    </MessageBar>
  ));
}
