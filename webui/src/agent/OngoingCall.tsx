/** A call that is up: who, how long, and everything that one does in a call. */

import {
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Text,
  ToggleButton,
  tokens,
} from '@fluentui/react-components';
import {
  ArrowSwapRegular,
  CallEndRegular,
  CallTransferRegular,
  CheckmarkRegular,
  DialpadRegular,
  MicOffRegular,
  MicRegular,
  PauseRegular,
  PlayRegular,
} from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '~/live/clock';
import { duration } from '~/parts/format';
import { Surface } from '~/parts/Surface';
import { phone } from '~/phone/phone';
import { consultationFor, type PhoneCall, type Stage, type Transfer } from '~/phone/state';
import { usePhone } from '~/phone/usePhone';
import { LazyKeypad, preloadKeypad } from './LazyKeypad';
import { TransferForm } from './TransferForm';
import { Who } from './Who';
import { partyName, refusalName } from './words';

const useStyles = makeStyles({
  controls: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  clock: { fontVariantNumeric: 'tabular-nums' },
  hangUp: {
    backgroundColor: tokens.colorStatusDangerBackground3,
    color: tokens.colorNeutralForegroundOnBrand,
    ':hover': {
      backgroundColor: tokens.colorStatusDangerBackground3Hover,
      color: tokens.colorNeutralForegroundOnBrand,
    },
    ':hover:active': {
      backgroundColor: tokens.colorStatusDangerBackground3Pressed,
      color: tokens.colorNeutralForegroundOnBrand,
    },
  },
});

export function OngoingCall({ call }: { readonly call: PhoneCall }) {
  const { t } = useTranslation('agent');
  const [open, setOpen] = useState<'keypad' | 'transfer' | null>(null);
  useEffect(preloadKeypad, []);
  const { calls } = usePhone();
  const about = calls.find((each) => each.id === call.consultsFor);
  const party = partyName(call.party, t);
  return (
    <Surface role="group" aria-label={party}>
      <Who call={call}>
        <StageLine call={call} />
      </Who>
      {about !== undefined && (
        <Caption1>{t('agent:call.consulting', { party, other: partyName(about.party, t) })}</Caption1>
      )}
      {call.transfer !== null && <TransferLine transfer={call.transfer} />}
      {about === undefined ? (
        <Controls call={call} open={open} onOpen={setOpen} />
      ) : (
        <ConsultationControls call={call} about={about} open={open} onOpen={setOpen} />
      )}
      {open === 'keypad' && call.stage === 'talking' && (
        <LazyKeypad onKey={(key) => phone.press(call.id, key)} />
      )}
      {open === 'transfer' && <TransferForm call={call} onDone={() => setOpen(null)} />}
    </Surface>
  );
}

/** What the call is doing, in one word, and since when. */
function StageLine({ call }: { readonly call: PhoneCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const now = useNow();
  return (
    <div>
      <Text role="status">{t(`agent:call.stage.${stageName(call)}`)}</Text>
      {call.answeredAt !== null && (
        <Text className={styles.clock} role="timer" aria-label={t('agent:call.duration')}>
          {' · '}
          {duration((now - call.answeredAt) / 1000)}
        </Text>
      )}
    </div>
  );
}

function stageName(call: PhoneCall): Stage | 'interrupted' | 'held' | 'heldThere' {
  if (call.isInterrupted) return 'interrupted';
  if (call.isHeld) return 'held';
  return call.isHeldThere ? 'heldThere' : call.stage;
}

function TransferLine({ transfer: { to, stage, status } }: { readonly transfer: Transfer }) {
  const { t } = useTranslation('agent');
  return (
    <MessageBar intent={stage === 'refused' ? 'error' : 'info'} layout="multiline">
      <MessageBarBody>
        {t(`agent:call.transferring.${stage}`, { to, why: refusalName(status, t) })}
      </MessageBarBody>
    </MessageBar>
  );
}

interface ControlsProps {
  readonly call: PhoneCall;
  readonly open: 'keypad' | 'transfer' | null;
  readonly onOpen: (open: 'keypad' | 'transfer' | null) => void;
}

function Controls({ call, open, onOpen }: ControlsProps) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const state = usePhone();
  const isUp = call.stage === 'talking';
  const isHandedOn = call.transfer !== null && call.transfer.stage !== 'refused';
  const isAskedAbout = consultationFor(state, call.id) !== undefined;
  // What the server must agree to waits while the line is down.
  const mayAsk = isUp && state.isConnected && !isHandedOn;
  return (
    <div
      className={styles.controls}
      role="toolbar"
      aria-label={t('agent:call.controls', { party: partyName(call.party, t) })}
    >
      <MuteButton call={call} />
      <Button
        icon={call.isHeld ? <PlayRegular /> : <PauseRegular />}
        disabled={!mayAsk}
        onClick={() => phone.setHeld(call.id, !call.isHeld)}
      >
        {t(call.isHeld ? 'agent:call.resume' : 'agent:call.hold')}
      </Button>
      <KeypadButton isUp={isUp} open={open} onOpen={onOpen} />
      <ToggleButton
        icon={<CallTransferRegular />}
        disabled={!mayAsk || isAskedAbout}
        checked={open === 'transfer'}
        onClick={() => onOpen(open === 'transfer' ? null : 'transfer')}
      >
        {t('agent:call.transfer')}
      </ToggleButton>
      <HangUpButton call={call} />
    </div>
  );
}

/** In a call with somebody who is asked about another call. */
function ConsultationControls({ call, about, open, onOpen }: ControlsProps & { readonly about: PhoneCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { isConnected } = usePhone();
  const isUp = call.stage === 'talking';
  const isHandedOn = about.transfer !== null && about.transfer.stage !== 'refused';
  const mayAsk = isConnected && !isHandedOn;
  return (
    <div
      className={styles.controls}
      role="toolbar"
      aria-label={t('agent:call.controls', { party: partyName(call.party, t) })}
    >
      <Button
        appearance="primary"
        icon={<CheckmarkRegular />}
        disabled={!mayAsk || call.stage === 'connecting'}
        onClick={() => phone.completeTransfer(about.id)}
      >
        {t('agent:call.complete')}
      </Button>
      <MuteButton call={call} />
      <Button
        icon={<ArrowSwapRegular />}
        disabled={!isUp || !mayAsk}
        onClick={() => phone.setHeld(call.isHeld ? call.id : about.id, false)}
      >
        {t('agent:call.swap')}
      </Button>
      <KeypadButton isUp={isUp} open={open} onOpen={onOpen} />
      <Button disabled={!mayAsk} onClick={() => phone.endConsultation(call.id)}>
        {t('agent:call.backTo', { party: partyName(about.party, t) })}
      </Button>
      <HangUpButton call={call} />
    </div>
  );
}

function MuteButton({ call }: { readonly call: PhoneCall }) {
  const { t } = useTranslation('agent');
  return (
    <Button
      icon={call.isMuted ? <MicOffRegular /> : <MicRegular />}
      appearance={call.isMuted ? 'outline' : 'secondary'}
      onClick={() => phone.setMuted(call.id, !call.isMuted)}
    >
      {t(call.isMuted ? 'agent:call.unmute' : 'agent:call.mute')}
    </Button>
  );
}

function KeypadButton({ isUp, open, onOpen }: Omit<ControlsProps, 'call'> & { readonly isUp: boolean }) {
  const { t } = useTranslation('agent');
  return (
    <ToggleButton
      icon={<DialpadRegular />}
      disabled={!isUp}
      checked={open === 'keypad'}
      onClick={() => onOpen(open === 'keypad' ? null : 'keypad')}
    >
      {t('agent:call.keypad')}
    </ToggleButton>
  );
}

function HangUpButton({ call }: { readonly call: PhoneCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  return (
    <Button className={styles.hangUp} icon={<CallEndRegular />} onClick={() => phone.hangUp(call.id)}>
      {t('agent:call.hangUp')}
    </Button>
  );
}
