/** What is wrong with the server, in words. Apart from the banner: a server that is well does not need it loaded. */

import { MessageBar, MessageBarBody, MessageBarTitle, makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { readHealth } from './health';

const useStyles = makeStyles({
  bar: { marginBottom: tokens.spacingVerticalM },
});

interface Props {
  readonly parts: Awaited<ReturnType<typeof readHealth>>;
}

export default function HealthMessage({ parts }: Props) {
  const styles = useStyles();
  const { t } = useTranslation();
  return (
    <MessageBar className={styles.bar} intent="error" role="alert" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('common:notWell')}</MessageBarTitle>
        {parts.map((part) => t(`common:notWellPart.${part}`)).join(' ')}
      </MessageBarBody>
    </MessageBar>
  );
}
