/** Says that reports do not count all filters, where there are such. */

import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { type Filters, hasOtherFilters } from './filters';

export function OnlyTimeAndQueue({ filters }: { readonly filters: Filters }) {
  const { t } = useTranslation('history');
  if (!hasOtherFilters(filters)) return null;
  return (
    <MessageBar>
      <MessageBarBody>{t('history:chart.onlyTimeAndQueue')}</MessageBarBody>
    </MessageBar>
  );
}
