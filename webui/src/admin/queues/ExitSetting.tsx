/** What happens to callers who leave the line, and to whom they go then. */

import { Input, makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Setting, useFieldsScope } from '~/admin/parts/fields';
import { PersonPicker, SearchPicker } from '~/admin/parts/pickers';
import { api, bodyOf } from '~/api/client';
import type { ExitDraft, ExitKind, ExitName, QueueView } from './queueDraft';

const KINDS: readonly ExitKind[] = ['disconnect', 'person', 'queue', 'voicemail', 'address'];

const useStyles = makeStyles({
  target: { paddingInlineStart: tokens.spacingHorizontalXXL },
  address: { maxWidth: '440px', width: '100%' },
  exit: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
});

/** What happens to callers, in words. */
export function exitName(name: ExitName, { kind, target }: ExitDraft, t: TFunction): string {
  if (kind === 'disconnect' && name === 'overflow') return t('queues:exit.busy');
  const words = t(`queues:exit.${kind}`);
  return target === '' || target.startsWith('sip:hg_')
    ? words
    : t('common:about', { label: words, text: target.replace(/^tel:/, '') });
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
  const styles = useStyles();
  const { t } = useTranslation('queues');
  const { isReadOnly } = useFieldsScope();
  const { kind, target } = exit;
  const label = t(`queues:exit.${kind}`);
  const pick = ({ value }: { readonly value: string }) => onChange({ kind, target: value });
  switch (kind) {
    case 'disconnect':
    case 'stay':
      return null;
    case 'person':
    case 'voicemail':
      return <TargetPerson label={label} kind={kind} target={target} onPick={pick} />;
    case 'queue':
      return <QueuePicker label={label} target={target} besides={queue} onPick={pick} />;
    case 'address':
      return (
        <Input
          className={styles.address}
          type="tel"
          aria-label={label}
          placeholder="+441632960001"
          value={target}
          readOnly={isReadOnly}
          onChange={(_, { value }) => onChange({ kind, target: value })}
        />
      );
  }
}

interface TargetPersonProps {
  readonly label: string;
  readonly kind: 'person' | 'voicemail';
  readonly target: string;
  readonly onPick: (choice: { readonly value: string }) => void;
}

function TargetPerson({ label, kind, target, onPick }: TargetPersonProps) {
  const { t } = useTranslation('queues');
  const person = useQuery({
    queryKey: ['users', 'named', target],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{key}', { params: { path: { key: target } } })),
    enabled: target !== '',
  });
  return (
    <PersonPicker
      label={label}
      placeholder={t('queues:findPerson')}
      chosen={person.data?.upn === target ? person.data.display_name || target : target}
      lackOf={({ missing_for_calls: missing, voicemail }) => {
        if (missing.length > 0) return t('queues:lacks', { missing: missing.join(' · ') });
        return kind === 'voicemail' && !voicemail ? t('queues:noVoicemail') : undefined;
      }}
      onPick={onPick}
    />
  );
}

interface QueuePickerProps {
  readonly label: string;
  readonly target: string;
  readonly besides: QueueView | null;
  readonly onPick: (choice: { readonly value: string }) => void;
}

function QueuePicker({ label, target, besides, onPick }: QueuePickerProps) {
  const { t } = useTranslation('queues');
  const find = async (search: string) => {
    const query = { search, limit: 20, sort: 'name' };
    const { items } = await bodyOf(api.GET('/api/v1/queues', { params: { query } }));
    return items
      .filter(({ id }) => id !== besides?.id)
      .map(({ name, line_uri }) => ({
        value: name,
        text: name,
        ...(line_uri && { detail: line_uri.replace('tel:', '') }),
      }));
  };
  return (
    <SearchPicker
      queryKey={['queues', besides?.id]}
      find={find}
      label={label}
      placeholder={t('queues:findQueue')}
      chosen={useQueueName(target)}
      onPick={onPick}
    />
  );
}

/** A queue that is named by its primary URI, by its name. */
function useQueueName(target: string): string {
  const isUri = target.startsWith('sip:');
  const named = useQuery({
    queryKey: ['queues', 'named', target],
    queryFn: () => bodyOf(api.GET('/api/v1/queues/{key}', { params: { path: { key: target } } })),
    enabled: isUri,
  });
  return named.data?.name ?? target;
}
