/** Which agents count as free. */

import { useTranslation } from 'react-i18next';
import { SwitchSetting } from '~/admin/parts/fields';
import { FoldingSection } from '~/admin/parts/Section';
import { QUEUE_NUMBERS } from '~/api/numbers';
import type { PartProps } from './partProps';
import { QueueNumber } from './QueueNumber';
import { isUsual, SECTION_FIELDS } from './queueDraft';

export function MoreSection(part: PartProps) {
  const { t } = useTranslation(['queues', 'admin']);
  const { draft, set } = part.editing;
  const isForced = draft.distribution === 'longest-idle';
  return (
    <FoldingSection
      title={t('queues:more')}
      name="more"
      fields={SECTION_FIELDS.more}
      summary={t('queues:summary.more', {
        presence: t(draft.presence_based_routing ? 'common:yes' : 'common:no'),
        wrapUp: draft.wrap_up || QUEUE_NUMBERS.wrap_up.default,
        busy: t(draft.ring_busy ? 'common:yes' : 'common:no'),
      })}
      isDefault={draft.presence_based_routing === isForced && !draft.ring_busy && isUsual('wrap_up', draft)}
    >
      <SwitchSetting
        name="presence_based_routing"
        label={t('queues:setting.presence_based_routing')}
        hint={isForced ? t('queues:hint.presenceForced') : t('queues:hint.presence_based_routing')}
        isOn={draft.presence_based_routing}
        isFixed={isForced}
        onChange={(presence_based_routing) => set({ presence_based_routing })}
      />
      <QueueNumber name="wrap_up" {...part} />
      <SwitchSetting
        name="ring_busy"
        label={t('queues:setting.ring_busy')}
        hint={t('queues:hint.ring_busy')}
        isOn={draft.ring_busy}
        onChange={(ring_busy) => set({ ring_busy })}
      />
    </FoldingSection>
  );
}
