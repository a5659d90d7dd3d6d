/** What a query brought, or the word on why there is nothing yet. */

import { Button, MessageBar, MessageBarActions, MessageBarBody, Spinner } from '@fluentui/react-components';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { inWords } from '~/api/problems';
import { WayElsewhere } from './WayElsewhere';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, children }: Props<T>) {
  const { t } = useTranslation();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error === null) return <Spinner label={t('common:loading')} />;
  return (
    <MessageBar intent="error">
      <MessageBarBody>
        {inWords(query.error, t)} <WayElsewhere error={query.error} />
      </MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => void query.refetch()}>{t('common:tryAgain')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
