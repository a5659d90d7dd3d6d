/** How many agents of a queue would take a call now; nothing while that is not known. */

import { Badge } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useLive } from '~/live/live';
import { LOOKS } from '~/parts/agentLooks';
import { readyIn } from '~/wallboard/board';

export function ReadyNow({ queue }: { readonly queue: string }) {
  const { t } = useTranslation('queues');
  const { state, snapshot } = useLive();
  if (state !== 'live' || snapshot === null) return null;
  const count = readyIn(snapshot, queue);
  const Icon = LOOKS.ready.icon;
  return count === 0 ? (
    <Badge appearance="tint" color="warning">
      {t('queues:nobodyReady')}
    </Badge>
  ) : (
    <Badge appearance="tint" color={LOOKS.ready.colour} icon={<Icon />}>
      {t('queues:readyNow', { count })}
    </Badge>
  );
}
