/** Where callers go otherwise: when it is full, when they waited too long, when nobody serves. */

import { Radio, RadioGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { NumberSetting, Setting, useFieldsScope } from '~/admin/parts/fields';
import { lengthInWords } from '~/admin/parts/lengths';
import { numberIn, RANGES, roundedWait } from '~/admin/parts/ranges';
import { FoldingSection } from '~/admin/parts/Section';
import { ExitSetting, exitName } from './ExitSetting';
import type { PartProps } from './QueuePage';
import { DEFAULTS, isUsual, type QueueView } from './queueDraft';

interface Props extends PartProps {
  readonly queue: QueueView | null;
}

export function FullSection({ editing, organization, queue }: Props) {
  const { t } = useTranslation(['queues', 'admin']);
  const { draft, set } = editing;
  return (
    <FoldingSection
      title={t('queues:full')}
      name="full"
      fields={['max_waiting', 'overflow']}
      summary={t('queues:summary.full', {
        count: numberIn(draft.max_waiting) ?? DEFAULTS.max_waiting,
        exit: exitName('overflow', draft.overflow, t),
      })}
      isDefault={draft.overflow.kind === 'disconnect' && isUsual('max_waiting', draft)}
    >
      <NumberSetting
        name="max_waiting"
        label={t('queues:setting.max_waiting')}
        hint={
          numberIn(draft.max_waiting) === 0
            ? t('queues:hint.noneWaiting')
            : t('queues:hint.max_waiting', { high: organization.limits.max_waiting })
        }
        placeholder={String(DEFAULTS.max_waiting)}
        unit={t('admin:unit.calls')}
        value={draft.max_waiting}
        onChange={(max_waiting) => set({ max_waiting })}
      />
      <ExitSetting
        name="overflow"
        exit={draft.overflow}
        queue={queue}
        onChange={(overflow) => set({ overflow })}
      />
    </FoldingSection>
  );
}

export function WaitSection({ editing, queue }: Props) {
  const { t, i18n } = useTranslation(['queues', 'admin']);
  const { draft, set } = editing;
  return (
    <FoldingSection
      title={t('queues:wait')}
      name="wait"
      fields={['max_wait', 'timeout']}
      summary={t('queues:summary.wait', {
        time: lengthInWords(numberIn(draft.max_wait) ?? DEFAULTS.max_wait, i18n.language),
        exit: exitName('timeout', draft.timeout, t),
      })}
      isDefault={draft.timeout.kind === 'disconnect' && isUsual('max_wait', draft)}
    >
      <NumberSetting
        name="max_wait"
        label={t('queues:setting.max_wait')}
        hint={useWaitHint(draft.max_wait)}
        placeholder={String(DEFAULTS.max_wait)}
        unit={t('admin:unit.seconds')}
        value={draft.max_wait}
        onChange={(max_wait) => set({ max_wait })}
      />
      <ExitSetting
        name="timeout"
        exit={draft.timeout}
        queue={queue}
        onChange={(timeout) => set({ timeout })}
      />
    </FoldingSection>
  );
}

/** What a maximum wait means, and what is stored when it is no step of 15 seconds. */
function useWaitHint(text: string): string {
  const { t, i18n } = useTranslation('queues');
  const typed = numberIn(text);
  if (typed === null || Number.isNaN(typed) || typed < 0 || typed > RANGES.maxWait.high)
    return t('queues:hint.max_wait');
  const stored = roundedWait(typed);
  const time = lengthInWords(stored, i18n.language);
  if (stored !== typed) return t('queues:hint.rounded', { time });
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
      fields={['no_agents', 'no_agents_new_calls_only']}
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
