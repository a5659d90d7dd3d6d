/** Calling somebody: found by name, or typed, or dialled on the pad. */

import { Body1, Button, makeStyles, ToggleButton, tokens } from '@fluentui/react-components';
import { CallRegular, DialpadRegular } from '@fluentui/react-icons';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '~/phone/phone';
import { usePhone } from '~/phone/usePhone';
import { LazyKeypad } from './LazyKeypad';
import { Panel } from './Panel';
import { PartyPicker, useParty } from './PartyPicker';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  // Beside the field where there is room: its list opens below it, and would cover them.
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  whom: { flexGrow: 1, minWidth: '200px' },
});

export function DialPanel() {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const { availability } = usePhone();
  const party = useParty();
  const [hasPad, setPad] = useState(false);
  if (availability !== 'available')
    return (
      <Panel title={t('agent:dial.title')}>
        <Body1>{t('agent:dial.needsPhone')}</Body1>
      </Panel>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const choice = party.taken();
    if (choice === null) return;
    void phone.call(choice.target, choice.party);
    party.clear();
  };
  return (
    <Panel title={t('agent:dial.title')}>
      <form className={styles.form} onSubmit={submit}>
        <div className={styles.row}>
          <div className={styles.whom}>
            <PartyPicker label={t('agent:dial.whom')} field={party} />
          </div>
          <Button
            type="submit"
            appearance="primary"
            icon={<CallRegular />}
            disabled={party.text.trim() === ''}
          >
            {t('agent:dial.call')}
          </Button>
          <ToggleButton icon={<DialpadRegular />} checked={hasPad} onClick={() => setPad(!hasPad)}>
            {t('agent:dial.keypad')}
          </ToggleButton>
        </div>
        {hasPad && <LazyKeypad onKey={party.type} />}
      </form>
    </Panel>
  );
}
