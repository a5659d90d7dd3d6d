/** A setting that says where calls go, or that they go nowhere else. */

import { makeStyles, Select, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ControlGroup, Setting, useFieldsScope } from '~/admin/parts/fields';
import { TargetField } from './TargetField';
import { TARGET_KINDS, type TargetKind, targetOf, written } from './target';

const useStyles = makeStyles({
  group: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, maxWidth: '440px' },
});

interface Props {
  /** As the API calls it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** What it is called that calls go nowhere else. */
  readonly none: string;
  /** As settings are written; empty for nowhere else. */
  readonly target: string;
  readonly onChange: (target: string) => void;
  readonly domains: readonly string[];
}

export function TargetSetting({ name, label, hint, none, target, onChange, domains }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('targets');
  const { isReadOnly } = useFieldsScope();
  // While nothing is found yet there is nothing to be written.
  const [chosen, setChosen] = useState<TargetKind | null>(null);
  const known = targetOf(target, domains);
  const kind = chosen ?? (target === '' ? null : known.kind);
  const choose = (value: string) => {
    setChosen(value === '' ? null : (value as TargetKind));
    onChange('');
  };
  return (
    <Setting name={name} label={label} hint={hint}>
      <ControlGroup className={styles.group}>
        <Select
          aria-label={label}
          value={kind ?? ''}
          disabled={isReadOnly}
          onChange={(_, { value }) => choose(value)}
        >
          <option value="">{none}</option>
          {TARGET_KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`targets:kind.${each}`)}
            </option>
          ))}
        </Select>
        {kind !== null && (
          <TargetField
            kind={kind}
            target={known.target}
            label={t(`targets:kind.${kind}`)}
            onChange={(found) => onChange(written(found))}
          />
        )}
      </ControlGroup>
    </Setting>
  );
}
