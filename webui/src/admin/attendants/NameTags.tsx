/** Some names, each of which can be taken out. */

import {
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  makeStyles,
  Tag,
  TagGroup,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useFieldsScope } from '~/admin/parts/fields';

const useStyles = makeStyles({
  tags: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
    marginTop: tokens.spacingVerticalXS,
  },
});

interface Props {
  readonly label: string;
  readonly names: readonly string[];
  /** What stands there when there are none. */
  readonly none: string | null;
  readonly onRemove: (name: string) => void;
}

export function NameTags({ label, names, none, onRemove }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const { isReadOnly } = useFieldsScope();
  if (names.length === 0) return none === null ? null : <Text>{none}</Text>;
  return (
    <TagGroup
      className={styles.tags}
      aria-label={label}
      onDismiss={(_, { value }) => onRemove(String(value))}
    >
      {names.map((name) =>
        isReadOnly ? (
          <Tag key={name} size="small">
            {name}
          </Tag>
        ) : (
          <InteractionTag key={name} value={name} size="small">
            <InteractionTagPrimary hasSecondaryAction>{name}</InteractionTagPrimary>
            <InteractionTagSecondary aria-label={t('admin:takeOut', { name })} />
          </InteractionTag>
        ),
      )}
    </TagGroup>
  );
}
