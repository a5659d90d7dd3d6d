/** The field in which somebody finds where calls go, for each kind of place. */

import { Input, makeStyles } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFieldsScope } from '~/admin/parts/fields';
import { type Choice, PersonPicker, personChoice, SearchPicker } from '~/admin/parts/pickers';
import { api, bodyOf } from '~/api/client';
import type { Target, TargetKind } from './target';

const MOST_FOUND = 20;

const useStyles = makeStyles({ address: { maxWidth: '440px', width: '100%' } });

interface Props {
  readonly kind: TargetKind;
  readonly target: string;
  readonly label: string;
  readonly onChange: (target: Target) => void;
  /** The ids of queues and attendants that cannot be chosen: it is they who send calls on. */
  readonly besides?: readonly string[];
}

export function TargetField({ kind, target, label, onChange, besides = [] }: Props) {
  const styles = useStyles();
  const { isReadOnly } = useFieldsScope();
  const field = {
    label,
    target,
    besides,
    onPick: ({ value }: Choice) => onChange({ kind, target: value }),
  };
  switch (kind) {
    case 'person':
      return <Person {...field} />;
    case 'queue':
      return <Queue {...field} />;
    case 'attendant':
      return <Attendant {...field} />;
    case 'voicemail':
      return <Voicemail {...field} />;
    case 'address':
      return (
        <Input
          className={styles.address}
          type="tel"
          aria-label={label}
          placeholder="+441632960001"
          value={target.replace(/^tel:/, '')}
          readOnly={isReadOnly}
          onChange={(_, { value }) => onChange({ kind, target: value })}
        />
      );
  }
}

interface FieldProps extends Required<Pick<Props, 'label' | 'target' | 'besides'>> {
  readonly onPick: (choice: Choice) => void;
}

function Person({ label, target, onPick }: FieldProps) {
  const { t } = useTranslation('targets');
  return (
    <PersonPicker
      label={label}
      placeholder={t('targets:find.person')}
      chosen={usePersonName(target)}
      lackOf={(user) =>
        user.missing_for_calls.length > 0
          ? t('targets:lacks', { missing: user.missing_for_calls.join(' · ') })
          : undefined
      }
      onPick={onPick}
    />
  );
}

/** What people call the user of a UPN; the UPN while that is unknown. */
export function usePersonName(upn: string): string {
  const person = useQuery({
    queryKey: ['users', 'named', upn],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{key}', { params: { path: { key: upn } } })),
    enabled: upn !== '',
  });
  return person.data?.upn === upn ? person.data.display_name || upn : upn;
}

function Queue({ label, target, besides, onPick }: FieldProps) {
  const { t } = useTranslation('targets');
  const find = async (search: string) => {
    const query = { search, limit: MOST_FOUND, sort: 'name' };
    const { items } = await bodyOf(api.GET('/api/v1/queues', { params: { query } }));
    return items
      .filter(({ id }) => !besides.includes(id))
      .map(({ name, line_uri }) => named(name, line_uri ? [line_uri] : []));
  };
  return (
    <SearchPicker
      queryKey={['queues', besides]}
      find={find}
      label={label}
      placeholder={t('targets:find.queue')}
      chosen={useQueueName(target)}
      onPick={onPick}
    />
  );
}

/** A queue that is named by its primary URI, by its name. */
function useQueueName(target: string): string {
  const isUri = target.startsWith('sip:');
  const query = useQuery({
    queryKey: ['queues', 'named', target],
    queryFn: () => bodyOf(api.GET('/api/v1/queues/{key}', { params: { path: { key: target } } })),
    enabled: isUri,
  });
  return query.data?.name ?? target;
}

function Attendant({ label, target, besides, onPick }: FieldProps) {
  const { t } = useTranslation('targets');
  const find = async (search: string) => {
    const query = { search, limit: MOST_FOUND, sort: 'name' };
    const { items } = await bodyOf(api.GET('/api/v1/attendants', { params: { query } }));
    return items
      .filter(({ id }) => !besides.includes(id))
      .map(({ name, line_uris }) => named(name, line_uris));
  };
  return (
    <SearchPicker
      queryKey={['attendants', besides]}
      find={find}
      label={label}
      placeholder={t('targets:find.attendant')}
      chosen={target}
      onPick={onPick}
    />
  );
}

function named(name: string, lineUris: readonly string[]): Choice {
  const numbers = lineUris.map((uri) => uri.replace('tel:', '')).join(', ');
  return { value: name, text: name, ...(numbers && { detail: numbers }) };
}

/** Boxes: those that a queue or a group shares first, then people's own. */
function Voicemail({ label, target, onPick }: FieldProps) {
  const { t } = useTranslation('targets');
  const find = async (search: string): Promise<readonly Choice[]> => {
    const query = { search, limit: MOST_FOUND };
    const [queues, groups, users] = await Promise.all([
      bodyOf(api.GET('/api/v1/queues', { params: { query } })),
      bodyOf(api.GET('/api/v1/groups', { params: { query } })),
      bodyOf(api.GET('/api/v1/users', { params: { query } })),
    ]);
    const shared = (whose: 'queue' | 'group', items: readonly { readonly name: string }[]): Choice[] =>
      items.map(({ name }) => ({ value: name, text: name, detail: t(`targets:shared.${whose}`) }));
    const own = users.items.filter(({ missing_for_calls: missing }) => missing.length === 0);
    return [
      ...shared('queue', queues.items),
      ...shared('group', groups.items),
      ...own.map((user) => personChoice(user)),
    ].slice(0, MOST_FOUND);
  };
  return (
    <SearchPicker
      queryKey={['voicemail']}
      find={find}
      label={label}
      placeholder={t('targets:find.voicemail')}
      chosen={usePersonName(target.includes('@') ? target : '') || target}
      onPick={onPick}
    />
  );
}
