/** A call to the queue from the page: what it does, and its few buttons. */

import {
  Body1,
  Button,
  Card,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Subtitle2,
  Text,
  ToggleButton,
  tokens,
} from '@fluentui/react-components';
import { CallEndRegular, CallRegular, DialpadRegular, MicOffRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { inWords } from '~/api/problems';
import { useNow } from '~/live/clock';
import { duration } from '~/parts/format';
import type { QueueView } from './queueDraft';
import { TestCall } from './testCall';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

const useStyles = makeStyles({
  panel: { position: 'sticky', top: 0, zIndex: 3, maxWidth: '880px', boxSizing: 'border-box' },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  words: { flexGrow: 1, display: 'flex', flexDirection: 'column', minWidth: '160px' },
  time: { fontVariantNumeric: 'tabular-nums' },
  keys: {
    display: 'grid',
    gridTemplateColumns: 'repeat(3, 56px)',
    gap: tokens.spacingHorizontalXS,
    border: 'none',
    margin: 0,
    padding: 0,
  },
  key: { minWidth: 0 },
});

/** The button that calls the queue, and the call while there is one. */
export function useTestCall(queue: QueueView) {
  const { t } = useTranslation('queues');
  const [call, setCall] = useState<TestCall | null>(null);
  const starting = useMutation({
    mutationFn: () =>
      bodyOf(api.POST('/api/v1/queues/{key}/test-call', { params: { path: { key: queue.id } } })),
    onSuccess: (access) => {
      const next = new TestCall();
      setCall(next);
      void next.start(access);
    },
  });
  // Who leaves the page hangs up.
  useEffect(() => () => call?.hangUp(), [call]);
  const isUp = useSyncExternalStore(
    call?.subscribe ?? ignored,
    () => call !== null && call.now().stage !== 'over',
  );
  const begin = () => starting.mutate();
  const close = () => {
    starting.reset();
    setCall(null);
  };
  return {
    button: (
      <Button icon={<CallRegular />} disabled={isUp || starting.isPending} onClick={begin}>
        {t('queues:testCall.button')}
      </Button>
    ),
    panel:
      call !== null ? (
        <Panel call={call} onAgain={begin} onClose={close} />
      ) : (
        starting.error !== null && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{inWords(starting.error, t)}</MessageBarBody>
            <MessageBarActions>
              <Button onClick={close}>{t('common:close')}</Button>
            </MessageBarActions>
          </MessageBar>
        )
      ),
  };
}

function ignored(): () => void {
  return () => {};
}

interface PanelProps {
  readonly call: TestCall;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Panel({ call, onAgain, onClose }: PanelProps) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { stage, answeredAt, isMuted, ending } = useSyncExternalStore(call.subscribe, call.now);
  const [hasKeys, setKeys] = useState(false);
  return (
    <Card className={styles.panel} role="region" aria-label={t('queues:testCall.title')}>
      <div className={styles.row}>
        <div className={styles.words}>
          <Subtitle2>{t('queues:testCall.title')}</Subtitle2>
          <Body1 role="status">
            {ending === null ? t(`queues:testCall.stage.${stage}`) : t(`queues:testCall.ending.${ending}`)}
          </Body1>
        </div>
        {stage === 'over' ? (
          <>
            <Button icon={<CallRegular />} onClick={onAgain}>
              {t('queues:testCall.again')}
            </Button>
            <Button onClick={onClose}>{t('common:close')}</Button>
          </>
        ) : (
          <>
            {answeredAt !== null && <Elapsed since={answeredAt} />}
            <ToggleButton icon={<MicOffRegular />} checked={isMuted} onClick={() => call.setMuted(!isMuted)}>
              {t('queues:testCall.mute')}
            </ToggleButton>
            <ToggleButton icon={<DialpadRegular />} checked={hasKeys} onClick={() => setKeys(!hasKeys)}>
              {t('queues:testCall.keypad')}
            </ToggleButton>
            <Button appearance="primary" icon={<CallEndRegular />} onClick={call.hangUp}>
              {t('queues:testCall.hangUp')}
            </Button>
          </>
        )}
      </div>
      {hasKeys && stage === 'answered' && (
        <fieldset className={styles.keys} aria-label={t('queues:testCall.keypad')}>
          {KEYS.map((key) => (
            <Button key={key} className={styles.key} onClick={() => call.press(key)}>
              {key}
            </Button>
          ))}
        </fieldset>
      )}
    </Card>
  );
}

function Elapsed({ since }: { readonly since: number }) {
  const styles = useStyles();
  return <Text className={styles.time}>{duration((useNow() - since) / 1000)}</Text>;
}
