/** One setting of a queue that is a number. */

import { useTranslation } from 'react-i18next';
import { NumberSetting } from '~/admin/parts/fields';
import { QUEUE_NUMBERS } from '~/api/numbers';
import type { PartProps } from './partProps';
import { type QueueNumberName, rangeOf } from './queueDraft';

interface Props extends PartProps {
  readonly name: QueueNumberName;
  /** Where it says something else than what the number may be. */
  readonly hint?: string | undefined;
}

export function QueueNumber({ name, hint, editing, organization }: Props) {
  const { t } = useTranslation(['queues', 'admin']);
  const number = QUEUE_NUMBERS[name];
  return (
    <NumberSetting
      name={name}
      label={t(`queues:setting.${name}`)}
      hint={hint ?? t(`queues:hint.${name}`, { ...number, ...rangeOf(name, organization.limits) })}
      placeholder={String(number.default)}
      unit={t(`admin:unit.${number.unit}`)}
      value={editing.draft[name]}
      onChange={(value) => editing.set({ [name]: value })}
    />
  );
}
