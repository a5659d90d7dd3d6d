/** What is wrong with the server, above every page, for as long as it is. */

import { MessageBar, MessageBarBody, MessageBarTitle, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readHealth } from './health';

const ASKED_EVERY_MS = 30_000;

const useStyles = makeStyles({
  bar: { marginBottom: tokens.spacingVerticalM },
});

export function HealthBanner() {
  const styles = useStyles();
  const { t } = useTranslation();
  const { data: parts = [] } = useQuery({
    queryKey: ['health'],
    queryFn: readHealth,
    refetchInterval: ASKED_EVERY_MS,
    retry: false,
  });
  if (parts.length === 0) return null;
  return (
    <MessageBar className={styles.bar} intent="error" role="alert" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('common:notWell')}</MessageBarTitle>
        {parts.map((part) => t(`common:notWellPart.${part}`)).join(' ')}
      </MessageBarBody>
    </MessageBar>
  );
}
