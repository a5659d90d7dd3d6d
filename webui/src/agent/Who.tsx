/** Whom a call is with, for which queue. */

import { Body1, Caption1, makeStyles, Subtitle1, tokens } from '@fluentui/react-components';
import { PersonCircleRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneCall } from '~/phone/state';
import { partyDetail, partyName } from './words';

const useStyles = makeStyles({
  who: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  picture: { flexShrink: 0, fontSize: '48px', color: tokens.colorBrandForeground1 },
  name: { margin: 0 },
  text: { minWidth: 0, overflowWrap: 'anywhere' },
});

export function Who({ call, children }: { readonly call: PhoneCall; readonly children?: ReactNode }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const detail = partyDetail(call.party);
  return (
    <div className={styles.who}>
      <PersonCircleRegular className={styles.picture} aria-hidden />
      <div className={styles.text}>
        <Subtitle1 as="h2" block className={styles.name}>
          {partyName(call.party, t)}
        </Subtitle1>
        {detail !== '' && <Caption1 block>{detail}</Caption1>}
        <Body1 block>
          {call.queue === null ? t('agent:call.direct') : t('agent:call.for', { queue: call.queue })}
        </Body1>
        {call.transferredBy !== null && (
          <Caption1 block>{t('agent:call.transferredBy', { who: call.transferredBy })}</Caption1>
        )}
        {children}
      </div>
    </div>
  );
}
