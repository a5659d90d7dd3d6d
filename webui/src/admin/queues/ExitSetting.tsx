/** What happens to callers who leave the line, and to whom they go then. */

import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { TargetField } from '~/admin/targets/TargetField';
import { readable } from '~/admin/targets/target';
import type { ExitDraft, ExitKind, ExitName, QueueView } from './queueDraft';

const KINDS: readonly ExitKind[] = [
  'disconnect',
  'person',
  'queue',
  'attendant',
  'voicemail',
  'personal',
  'address',
];

const useStyles = makeStyles({
  target: { paddingInlineStart: tokens.spacingHorizontalXXL },
  exit: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
});

/** What happens to callers, in words. */
export function exitName(name: ExitName, { kind, target }: ExitDraft, t: TFunction): string {
  if (kind === 'disconnect' && name === 'overflow') return t('queues:exit.busy');
  const words = t(`queues:exit.${kind}`);
  const to = readable({ target });
  return to === '' ? words : t('common:about', { label: words, text: to });
}

interface Props {
  readonly name: ExitName;
  readonly exit: ExitDraft;
  readonly onChange: (exit: ExitDraft) => void;
  /** Callers may also be left to wait. */
  readonly mayStay?: boolean;
  /** The queue that they leave: it cannot be where they go. */
  readonly queue: QueueView | null;
}

export function ExitSetting({ name, exit, onChange, mayStay = false, queue }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const kinds = mayStay ? (['stay', ...KINDS] as const) : KINDS;
  return (
    <div className={styles.exit}>
      <Setting name={name} label={t('queues:then')}>
        <RadioGroup
          disabled={isReadOnly}
          value={exit.kind}
          onChange={(_, { value }) => onChange({ kind: value as ExitKind, target: '' })}
        >
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={exitName(name, { kind, target: '' }, t)} />
          ))}
        </RadioGroup>
      </Setting>
      <div className={styles.target}>
        <Target exit={exit} onChange={onChange} queue={queue} />
      </div>
    </div>
  );
}

function Target({ exit, onChange, queue }: Pick<Props, 'exit' | 'onChange' | 'queue'>) {
  const { t } = useTranslation(['queues', 'targets']);
  const { kind, target } = exit;
  if (kind === 'disconnect' || kind === 'stay') return null;
  return (
    <TargetField
      kind={kind === 'personal' ? 'person' : kind}
      target={target}
      label={t(`queues:exit.${kind}`)}
      besides={queue === null ? [] : [queue.id]}
      onChange={(chosen) => onChange({ kind, target: chosen.target })}
    />
  );
}
