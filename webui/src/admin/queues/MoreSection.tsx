/** Which agents count as free. */

import { useTranslation } from 'react-i18next';
import { NumberSetting, SwitchSetting } from '~/admin/parts/fields';
import { FoldingSection } from '~/admin/parts/Section';
import type { PartProps } from './QueuePage';
import { DEFAULTS, isUsual } from './queueDraft';

export function MoreSection({ editing }: PartProps) {
  const { t } = useTranslation(['queues', 'admin']);
  const { draft, set } = editing;
  const isForced = draft.distribution === 'longest-idle';
  return (
    <FoldingSection
      title={t('queues:more')}
      name="more"
      fields={['presence_based_routing', 'wrap_up', 'ring_busy']}
      summary={t('queues:summary.more', {
        presence: t(draft.presence_based_routing ? 'common:yes' : 'common:no'),
        wrapUp: draft.wrap_up || DEFAULTS.wrap_up,
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
      <NumberSetting
        name="wrap_up"
        label={t('queues:setting.wrap_up')}
        hint={t('queues:hint.wrap_up')}
        placeholder={String(DEFAULTS.wrap_up)}
        unit={t('admin:unit.seconds')}
        value={draft.wrap_up}
        onChange={(wrap_up) => set({ wrap_up })}
      />
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
