/** Handing a call on: at once, or after asking whom it goes to. */

import { Button, Caption1, makeStyles, Text, tokens } from '@fluentui/react-components';
import { CallForwardRegular, ChatHelpRegular } from '@fluentui/react-icons';
import { type FormEvent, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '~/phone/phone';
import type { PhoneCall } from '~/phone/state';
import { PartyPicker, useParty } from './PartyPicker';
import { partyName } from './words';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  action: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS },
});

interface Props {
  readonly call: PhoneCall;
  readonly onDone: () => void;
}

export function TransferForm({ call, onDone }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const party = useParty();
  const [nowId, askId] = [useId(), useId()];
  const hand = (isAsking: boolean) => {
    const choice = party.taken();
    if (choice === null) return;
    if (isAsking) void phone.call(choice.target, choice.party, call.id);
    else phone.transfer(call.id, choice.target, choice.party.name || choice.party.number);
    onDone();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hand(false);
  };
  const isEmpty = party.text.trim() === '';
  return (
    <form
      className={styles.form}
      aria-label={t('agent:transfer.call', { party: partyName(call.party, t) })}
      onSubmit={submit}
    >
      <Text weight="semibold">{t('agent:transfer.title')}</Text>
      <PartyPicker label={t('agent:transfer.to')} field={party} />
      <div className={styles.actions}>
        <div className={styles.action}>
          <Button
            type="submit"
            appearance="primary"
            icon={<CallForwardRegular />}
            aria-describedby={nowId}
            disabled={isEmpty}
          >
            {t('agent:transfer.now')}
          </Button>
          <Caption1 id={nowId}>{t('agent:transfer.nowHint')}</Caption1>
        </div>
        <div className={styles.action}>
          <Button
            icon={<ChatHelpRegular />}
            aria-describedby={askId}
            disabled={isEmpty}
            onClick={() => hand(true)}
          >
            {t('agent:transfer.ask')}
          </Button>
          <Caption1 id={askId}>{t('agent:transfer.askHint')}</Caption1>
        </div>
      </div>
    </form>
  );
}
