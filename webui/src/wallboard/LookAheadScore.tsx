/** How often the warnings of a queue were right, asked when somebody wants to know. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { Loaded } from '~/parts/Loaded';

export function LookAheadScore({ queueId }: { readonly queueId: string }) {
  const { t } = useTranslation('wallboard');
  const score = useQuery({
    queryKey: ['look-ahead-score', queueId],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/queues/{key}/look-ahead-score', { params: { path: { key: queueId } } })),
  });
  return (
    <Loaded query={score}>
      {({ days, warned, right, averted, missed }) => (
        <>
          <p>{t('wallboard:ahead.score', { days, warned, right })}</p>
          <p>{t('wallboard:ahead.averted', { averted })}</p>
          <p>{t('wallboard:ahead.missed', { missed })}</p>
        </>
      )}
    </Loaded>
  );
}
