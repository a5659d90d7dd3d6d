/** There is no such page. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page } from '~/parts/Page';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('common:notFound')}>
      <Link to="/">{t('common:toStart')}</Link>
    </Page>
  );
}
