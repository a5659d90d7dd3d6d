/** Where callers go otherwise: when it is full, when they waited too long, when nobody serves. */

import { Radio, RadioGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { lengthInWords } from '~/admin/parts/lengths';
import { isWithin, nearest, numberIn } from '~/admin/parts/ranges';
import { FoldingSection } from '~/admin/parts/Section';
import { QUEUE_NUMBERS } from '~/api/numbers';
import { ExitSetting, exitName } from './ExitSetting';
import type { PartProps } from './partProps';
import { QueueNumber } from './QueueNumber';
import { isUsual, type QueueView, SECTION_FIELDS } from './queueDraft';
import { ToldSetting } from './ToldSetting';

interface Props extends PartProps {
  readonly queue: QueueView | null;
}

export function FullSection({ queue, ...part }: Props) {
  const { t } = useTranslation(['queues', 'admin']);
  const { draft, set } = part.editing;
  return (
    <FoldingSection
      title={t('queues:full')}
      name="full"
      fields={SECTION_FIELDS.full}
      summary={t('queues:summary.full', {
        count: numberIn(draft.max_waiting) ?? QUEUE_NUMBERS.max_waiting.default,
        exit: exitName('overflow', draft.overflow, t),
      })}
      isDefault={
        draft.overflow.kind === 'disconnect' &&
        draft.overflow_prompt.kind === 'none' &&
        isUsual('max_waiting', draft)
      }
    >
      <QueueNumber
        name="max_waiting"
        hint={numberIn(draft.max_waiting) === 0 ? t('queues:hint.noneWaiting') : undefined}
        {...part}
      />
      <ExitSetting
        name="overflow"
        exit={draft.overflow}
        queue={queue}
        onChange={(overflow) => set({ overflow })}
      />
      <ToldSetting name="overflow_prompt" editing={part.editing} />
    </FoldingSection>
  );
}

export function WaitSection({ queue, ...part }: Props) {
  const { t, i18n } = useTranslation(['queues', 'admin']);
  const { draft, set } = part.editing;
  return (
    <FoldingSection
      title={t('queues:wait')}
      name="wait"
      fields={SECTION_FIELDS.wait}
      summary={t('queues:summary.wait', {
        time: lengthInWords(numberIn(draft.max_wait) ?? QUEUE_NUMBERS.max_wait.default, i18n.language),
        exit: exitName('timeout', draft.timeout, t),
      })}
      isDefault={
        draft.timeout.kind === 'disconnect' &&
        draft.timeout_prompt.kind === 'none' &&
        isUsual('max_wait', draft)
      }
    >
      <QueueNumber name="max_wait" hint={useWaitHint(draft.max_wait)} {...part} />
      <ExitSetting
        name="timeout"
        exit={draft.timeout}
        queue={queue}
        onChange={(timeout) => set({ timeout })}
      />
      <ToldSetting name="timeout_prompt" editing={part.editing} />
    </FoldingSection>
  );
}

/** What a maximum wait means, and what is stored when it is no whole step. */
function useWaitHint(text: string): string {
  const { t, i18n } = useTranslation('queues');
  const typed = numberIn(text);
  const number = QUEUE_NUMBERS.max_wait;
  if (typed === null || !isWithin(text, number))
    return t('queues:hint.max_wait', { ...number, time: lengthInWords(number.default, i18n.language) });
  const stored = nearest(typed, number);
  const time = lengthInWords(stored, i18n.language);
  if (stored !== typed) return t('queues:hint.rounded', { time, step: number.step });
  return stored === 0 ? t('queues:hint.noWait') : t('queues:hint.waitOf', { time });
}

export function NobodySection({ editing, queue }: Props) {
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const { draft, set } = editing;
  return (
    <FoldingSection
      title={t('queues:nobody')}
      about={t('queues:nobodyAbout')}
      name="nobody"
      fields={SECTION_FIELDS.nobody}
      summary={exitName('no_agents', draft.no_agents, t)}
      isDefault={draft.no_agents.kind === 'stay'}
    >
      <ExitSetting
        name="no_agents"
        mayStay
        exit={draft.no_agents}
        queue={queue}
        onChange={(no_agents) => set({ no_agents })}
      />
      {draft.no_agents.kind !== 'stay' && <ToldSetting name="no_agents_prompt" editing={editing} />}
      {draft.no_agents.kind !== 'stay' && (
        <Setting name="no_agents_new_calls_only" label={t('queues:setting.no_agents_new_calls_only')}>
          <RadioGroup
            disabled={isReadOnly}
            value={draft.no_agents_new_calls_only ? 'new' : 'all'}
            onChange={(_, { value }) => set({ no_agents_new_calls_only: value === 'new' })}
          >
            <Radio value="all" label={t('queues:whichCalls.all')} />
            <Radio value="new" label={t('queues:whichCalls.new')} />
          </RadioGroup>
        </Setting>
      )}
    </FoldingSection>
  );
}
