/** A call that rings or goes on, above any page but the agent's own. */

import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { CallEndRegular, CallRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { phone } from '~/phone/phone';
import type { PhoneCall } from '~/phone/state';
import { PAGE, partyName } from './words';

const useStyles = makeStyles({
  bar: {
    position: 'fixed',
    bottom: tokens.spacingVerticalL,
    left: '50%',
    transform: 'translateX(-50%)',
    maxWidth: '95vw',
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusXLarge,
    border: `${tokens.strokeWidthThick} solid ${tokens.colorBrandStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow28,
    zIndex: 1,
  },
});

export default function FloatingCall({ call }: { readonly call: PhoneCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const navigate = useNavigate();
  const isAlerting = call.stage === 'alerting';
  const party = partyName(call.party, t);
  const accept = () => {
    void phone.accept(call.id);
    void navigate(PAGE);
  };
  return (
    <section className={styles.bar} aria-label={party}>
      <Text>
        <strong>{party}</strong> · {call.queue ?? t('agent:call.direct')}
      </Text>
      {isAlerting ? (
        <Button appearance="primary" icon={<CallRegular />} onClick={accept}>
          {t('agent:call.accept')}
        </Button>
      ) : (
        <Button onClick={() => void navigate(PAGE)}>{t('agent:bar.toCall')}</Button>
      )}
      <Button icon={<CallEndRegular />} onClick={() => phone.hangUp(call.id)}>
        {t(isAlerting ? 'agent:call.decline' : 'agent:call.hangUp')}
      </Button>
    </section>
  );
}
