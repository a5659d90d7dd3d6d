/** The way to the same page on the server that has what was asked for here. */

import { Link } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';

export function WayElsewhere({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiProblem) || error.pages === undefined) return null;
  const { pathname, search } = window.location;
  return (
    <Link inline href={`${error.pages}${pathname}${search}`}>
      {t('common:goThere')}
    </Link>
  );
}
