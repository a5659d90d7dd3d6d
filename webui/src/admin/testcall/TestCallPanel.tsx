/** A call to a queue or an attendant from its page: what it does, and its few buttons. */

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
import { Keypad } from '~/agent/Keypad';
import { inWords } from '~/api/problems';
import { useNow } from '~/live/clock';
import { duration } from '~/parts/format';
import { chosen } from '~/phone/choices';
import { findMicrophone, type NoMicrophone } from '~/phone/microphone';
import type { TestCall, TestCallAccess } from './testCall';

const useStyles = makeStyles({
  panel: { position: 'sticky', top: 0, zIndex: 3, maxWidth: '880px', boxSizing: 'border-box' },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  words: { flex: '1 1 200px', display: 'flex', flexDirection: 'column' },
  time: { fontVariantNumeric: 'tabular-nums' },
});

/** There is no microphone for the call, as the agent's page would say of its own. */
class NothingToSpeakInto extends Error {
  constructor(readonly lack: NoMicrophone) {
    super(lack);
  }
}

/** What can be called to hear what its callers hear. */
type Service = 'queue' | 'attendant';

/** The button that calls, with what the API opens for that, and the call while there is one. */
export function useTestCall(service: Service, open: () => Promise<TestCallAccess>) {
  const { t } = useTranslation(['queues', 'agent']);
  const [call, setCall] = useState<TestCall | null>(null);
  const starting = useMutation({
    mutationFn: async () => {
      const lack = await findMicrophone(chosen().microphone);
      if (lack !== null) throw new NothingToSpeakInto(lack);
      const access = await open();
      const { TestCall } = await import('./testCall');
      return new TestCall(access);
    },
    onSuccess: setCall,
  });
  // Who leaves the page hangs up.
  useEffect(() => () => call?.hangUp(), [call]);
  const isUp = useSyncExternalStore(
    call?.subscribe ?? ignored,
    () => call !== null && call.now().ending === null,
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
        <Panel call={call} service={service} onAgain={begin} onClose={close} />
      ) : (
        starting.error !== null && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>
              {starting.error instanceof NothingToSpeakInto
                ? t(`agent:phone.help.${starting.error.lack}`)
                : inWords(starting.error, t)}
            </MessageBarBody>
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
  readonly service: Service;
  readonly call: TestCall;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function Panel({ service, call, onAgain, onClose }: PanelProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'agent']);
  const { answeredAt, isMuted, isInterrupted, ending } = useSyncExternalStore(call.subscribe, call.now);
  const [hasKeys, setKeys] = useState(false);
  const stage = isInterrupted ? 'interrupted' : answeredAt === null ? 'calling' : 'answered';
  const words =
    ending === null
      ? t(stage === 'answered' ? `queues:testCall.answered.${service}` : `queues:testCall.stage.${stage}`)
      : ending === 'busy-there'
        ? t('queues:testCall.busy')
        : t(`agent:ended.${ending}`);
  return (
    <Card className={styles.panel} role="region" aria-label={t('queues:testCall.title')}>
      <div className={styles.row}>
        <div className={styles.words}>
          <Subtitle2>{t('queues:testCall.title')}</Subtitle2>
          <Body1 role="status">{words}</Body1>
        </div>
        {ending !== null ? (
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
      {hasKeys && ending === null && <Keypad onKey={call.press} />}
    </Card>
  );
}

function Elapsed({ since }: { readonly since: number }) {
  const styles = useStyles();
  return <Text className={styles.time}>{duration((useNow() - since) / 1000)}</Text>;
}
