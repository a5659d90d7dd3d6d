/** What callers of a queue are told at one moment. */

import { useTranslation } from 'react-i18next';
import { SpokenSetting } from '~/admin/audio/SpokenSetting';
import type { Editing } from '~/admin/parts/editing';
import type { QueueDraft, SpokenName } from './queueDraft';

interface Props {
  readonly name: SpokenName;
  readonly editing: Editing<QueueDraft>;
}

export function ToldSetting({ name, editing }: Props) {
  const { t } = useTranslation('queues');
  const spoken = editing.draft[name];
  // A voice speaks the queue's language until somebody says otherwise.
  const begun = spoken.say === '' ? { ...spoken, language: editing.draft.language } : spoken;
  return (
    <SpokenSetting
      name={name}
      label={t(`queues:setting.${name}`)}
      none={t(`queues:untold.${name}`)}
      example={t(`queues:spokenExample.${name}`)}
      spoken={begun}
      onChange={(changed) => editing.set({ [name]: changed })}
    />
  );
}
