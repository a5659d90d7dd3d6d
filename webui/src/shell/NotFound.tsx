/** There is no such page. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty } from '~/parts/Empty';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty title={t('common:notFound')}>
      <Link to="/">{t('common:toStart')}</Link>
    </Empty>
  );
}
