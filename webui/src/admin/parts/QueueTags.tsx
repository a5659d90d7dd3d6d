/** Some queues: found by name, taken out one by one. */

import {
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  makeStyles,
  TagGroup,
  tokens,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { SearchPicker } from './pickers';

const MOST_FOUND = 20;

const useStyles = makeStyles({
  tags: { flexWrap: 'wrap', gap: tokens.spacingHorizontalXS, marginTop: tokens.spacingVerticalXS },
});

interface Props {
  readonly label: string;
  /** By name. */
  readonly queues: readonly string[];
  readonly onChange: (queues: string[]) => void;
  /** Set by a `Field` around it. */
  readonly id?: string;
}

export function QueueTags({ label, queues, onChange, ...field }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const find = async (search: string) => {
    const query = { search, limit: MOST_FOUND + queues.length };
    const { items } = await bodyOf(api.GET('/api/v1/queues', { params: { query } }));
    return items
      .filter(({ name }) => !queues.includes(name))
      .slice(0, MOST_FOUND)
      .map(({ name }) => ({ value: name, text: name }));
  };
  return (
    <div>
      <SearchPicker
        {...field}
        queryKey={['queues', queues]}
        placeholder={t('admin:findQueue')}
        find={find}
        onPick={({ value }) => onChange([...queues, value])}
      />
      {queues.length > 0 && (
        <TagGroup
          className={styles.tags}
          aria-label={label}
          onDismiss={(_, { value }) => onChange(queues.filter((name) => name !== value))}
        >
          {queues.map((name) => (
            <InteractionTag key={name} value={name} size="small">
              <InteractionTagPrimary hasSecondaryAction>{name}</InteractionTagPrimary>
              <InteractionTagSecondary aria-label={t('admin:takeOut', { name })} />
            </InteractionTag>
          ))}
        </TagGroup>
      )}
    </div>
  );
}
