/** Who has come to a ceiling of international calls today, above the list of users. */

import { MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';

const ASKED_EVERY_MS = 30_000;

const useStyles = makeStyles({
  bar: { marginBottom: tokens.spacingVerticalS },
});

export function TollAlarms() {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const alarms = useQuery({
    queryKey: ['toll-alarms'],
    queryFn: () => bodyOf(api.GET('/api/v1/toll-alarms')),
    refetchInterval: ASKED_EVERY_MS,
    retry: false, // a server that does not answer is told above every page
  });
  return alarms.data?.map(({ user_id, upn, calls, minutes }) => (
    <MessageBar key={user_id} className={styles.bar} intent="warning" layout="multiline">
      <MessageBarBody>{t('users:tollAlarm', { upn, calls, minutes: Math.round(minutes) })}</MessageBarBody>
    </MessageBar>
  ));
}
