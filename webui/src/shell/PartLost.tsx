/** In the place of a part that cannot be shown: the network is away, or the server has other pages by now. */

import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

export function PartLost() {
  const { t } = useTranslation();
  return (
    <MessageBar intent="error" role="alert">
      <MessageBarBody>{t('common:partLost')}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => window.location.reload()}>{t('common:loadAgain')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
