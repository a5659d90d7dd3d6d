/** Devices for the microphone, the voice and the ring, each to be tried at once. */

import {
  Button,
  Caption1,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  makeStyles,
  ProgressBar,
  Select,
  Switch,
  tokens,
} from '@fluentui/react-components';
import { PlayRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Choices, choose, useChoices } from '~/phone/choices';
import { phone } from '~/phone/phone';
import { canChooseOutput } from '~/phone/sound';
import { useDevices, useLevel } from './devices';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  grow: { flexGrow: 1, minWidth: '200px' },
  // Else a select is as wide as its longest option.
  narrow: { minWidth: 0 },
  volume: { accentColor: tokens.colorCompoundBrandBackground },
});

const SYSTEM = '';

export default function SoundDialog({ onClose }: { readonly onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { hasKeys } = useChoices();
  const devices = useDevices();
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('agent:sound.title')}</DialogTitle>
          <DialogContent className={styles.content}>
            <DeviceChoice
              label={t('agent:sound.microphone')}
              what="microphone"
              devices={devices.filter((each) => each.kind === 'audioinput')}
            />
            <Level />
            <Outputs devices={devices.filter((each) => each.kind === 'audiooutput')} />
            <Switch
              label={t('agent:sound.keys')}
              checked={hasKeys}
              onChange={(_, { checked }) => choose({ hasKeys: checked })}
            />
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('common:close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Outputs({ devices }: { readonly devices: readonly MediaDeviceInfo[] }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { speaker, ringer } = useChoices();
  const mayChoose = canChooseOutput();
  return (
    <>
      <div className={styles.row}>
        {mayChoose && <DeviceChoice label={t('agent:sound.speaker')} what="speaker" devices={devices} />}
        <Button icon={<PlayRegular />} onClick={() => phone.test('test', speaker)}>
          {t('agent:sound.testSpeaker')}
        </Button>
      </div>
      <div className={styles.row}>
        {mayChoose && <DeviceChoice label={t('agent:sound.ringer')} what="ringer" devices={devices} />}
        <Button icon={<PlayRegular />} onClick={() => phone.test('ring', ringer)}>
          {t('agent:sound.testRing')}
        </Button>
      </div>
      {!mayChoose && <Caption1>{t('agent:sound.cannotChoose')}</Caption1>}
      <Volume />
    </>
  );
}

function Volume() {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { ringVolume } = useChoices();
  return (
    <Field label={t('agent:sound.volume')}>
      {(field) => (
        // Not Fluent's: its slider has Chromium complain of a style.
        <input
          {...field}
          type="range"
          className={styles.volume}
          min={0}
          max={100}
          value={Math.round(ringVolume * 100)}
          onChange={({ target }) => choose({ ringVolume: target.valueAsNumber / 100 })}
        />
      )}
    </Field>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly what: keyof Pick<Choices, 'microphone' | 'speaker' | 'ringer'>;
  readonly devices: readonly MediaDeviceInfo[];
}

function DeviceChoice({ label, what, devices }: ChoiceProps) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const wanted = useChoices()[what];
  // Chromium lists what the system prefers once more as a device of its own.
  const real = devices.filter((each) => each.deviceId !== 'default' && each.label !== '');
  const found = real.find((each) => each.deviceId === wanted);
  return (
    <Field
      label={label}
      className={styles.grow}
      hint={devices.length > 0 && real.length === 0 ? t('agent:sound.notAllowed') : null}
    >
      <Select
        select={{ className: styles.narrow }}
        value={found?.deviceId ?? SYSTEM}
        onChange={(_, { value }) => choose({ [what]: value || null })}
      >
        <option value={SYSTEM}>{t('agent:sound.asSystem')}</option>
        {real.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label}
          </option>
        ))}
      </Select>
    </Field>
  );
}

/** Shows that the microphone hears something, as long as the dialog is open. */
function Level() {
  const { t } = useTranslation('agent');
  const { microphone } = useChoices();
  const level = useLevel(microphone);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    if (level > 0.1) setHeard(true);
  }, [level]);
  return (
    <Field hint={t('agent:sound.levelHint')}>
      <ProgressBar
        aria-label={t('agent:sound.level')}
        value={level}
        thickness="large"
        color={heard ? 'success' : 'brand'}
      />
    </Field>
  );
}
