/** Which queues the wallboard shows and in which order, and when one of them is marked. */

import {
  Button,
  Checkbox,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  Field,
  Input,
  makeStyles,
  OverlayDrawer,
  Subtitle2,
  Switch,
  tokens,
} from '@fluentui/react-components';
import { ArrowDownRegular, ArrowUpRegular, DismissRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '~/live/live';
import { moved, ordered } from './board';
import { chime } from './chime';
import { numberIn, prefer, RANGES, usePreferences } from './preferences';

const useStyles = makeStyles({
  body: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  queues: { margin: 0, padding: 0, listStyleType: 'none' },
  queue: { display: 'flex', alignItems: 'center' },
  name: { flexGrow: 1, overflowWrap: 'anywhere' },
});

interface Props {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function SettingsDrawer({ isOpen, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const { hasSound } = usePreferences();
  return (
    <OverlayDrawer position="end" open={isOpen} onOpenChange={(_, { open }) => !open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label={t('common:close')}
              onClick={onClose}
            />
          }
        >
          {t('wallboard:settings.title')}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>
          <Queues />
          <NumberField setting="target" />
          <NumberField setting="mostWaiting" />
          <NumberField setting="longestWait" />
          <Switch
            label={t('wallboard:settings.sound')}
            checked={hasSound}
            onChange={(_, { checked }) => {
              prefer({ hasSound: checked });
              if (checked) void chime();
            }}
          />
        </div>
      </DrawerBody>
    </OverlayDrawer>
  );
}

function Queues() {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const preferences = usePreferences();
  const { snapshot } = useLive();
  const queues = ordered([...(snapshot?.queues.values() ?? [])], preferences);
  const show = (id: string, isShown: boolean) =>
    prefer({
      hidden: isShown ? preferences.hidden.filter((each) => each !== id) : [...preferences.hidden, id],
    });
  return (
    <section aria-label={t('wallboard:settings.queues')}>
      <Subtitle2 as="h3">{t('wallboard:settings.queues')}</Subtitle2>
      <ul className={styles.queues}>
        {queues.map(({ id, name }, place) => (
          <li key={id} className={styles.queue}>
            <Checkbox
              className={styles.name}
              label={name}
              checked={!preferences.hidden.includes(id)}
              onChange={(_, { checked }) => show(id, checked === true)}
            />
            <Button
              appearance="subtle"
              icon={<ArrowUpRegular />}
              aria-label={t('wallboard:settings.up', { name })}
              disabledFocusable={place === 0}
              onClick={() => prefer({ order: moved(queues, id, -1) })}
            />
            <Button
              appearance="subtle"
              icon={<ArrowDownRegular />}
              aria-label={t('wallboard:settings.down', { name })}
              disabledFocusable={place === queues.length - 1}
              onClick={() => prefer({ order: moved(queues, id, 1) })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A number, taken over as soon as it is a good one; the thresholds may be empty: never. */
function NumberField({ setting }: { readonly setting: keyof typeof RANGES }) {
  const { t } = useTranslation('wallboard');
  const saved = usePreferences()[setting];
  const [text, setText] = useState(saved === null ? '' : String(saved));
  const isEmptyAllowed = setting !== 'target';
  const numberOf = (typed: string) => (typed.trim() === '' ? null : numberIn(setting, Number(typed)));
  const isGood = numberOf(text) !== null || (isEmptyAllowed && text.trim() === '');
  return (
    <Field
      label={t(`wallboard:settings.${setting}`)}
      hint={isEmptyAllowed ? t('wallboard:settings.emptyIsNever') : null}
      validationMessage={isGood ? null : t('wallboard:settings.range', RANGES[setting])}
    >
      <Input
        type="number"
        inputMode="numeric"
        min={RANGES[setting].from}
        max={RANGES[setting].to}
        value={text}
        onChange={(_, { value }) => {
          setText(value);
          const number = numberOf(value);
          if (number !== null) prefer({ [setting]: number });
          else if (isEmptyAllowed && value.trim() === '') prefer({ [setting]: null });
        }}
      />
    </Field>
  );
}
