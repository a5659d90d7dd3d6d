/** A setting of a person that says where calls go: by one of a few words, or to somewhere that is chosen. */

import { makeStyles, Select, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ControlGroup, Setting, useFieldsScope } from '~/admin/parts/fields';
import { TargetField } from './TargetField';
import { type TargetKind, targetOf, written } from './target';

/** Where a person may send calls. */
const KINDS = ['person', 'attendant', 'voicemail', 'address'] as const;

const useStyles = makeStyles({
  group: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, maxWidth: '440px' },
});

interface Props {
  /** As the API calls it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** What it means that nothing is set. */
  readonly none: string;
  /** Words that stand for a place by themselves, with what they are called. */
  readonly words: Readonly<Record<string, string>>;
  /** As settings are written; empty while nothing is set. */
  readonly target: string;
  readonly onChange: (target: string) => void;
  readonly domains: readonly string[];
}

export function TargetSetting({ name, label, hint, none, words, target, onChange, domains }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('targets');
  const { isReadOnly } = useFieldsScope();
  // While nothing is found yet there is nothing to be written.
  const [chosen, setChosen] = useState<TargetKind | null>(null);
  const known = targetOf(target, domains);
  const word = target in words ? target : null;
  const kind = word !== null ? null : (chosen ?? (target === '' ? null : known.kind));
  const choose = (value: string) => {
    const isWord = value === '' || value in words;
    setChosen(isWord ? null : (value.slice('to '.length) as TargetKind));
    onChange(isWord ? value : '');
  };
  return (
    <Setting name={name} label={label} hint={hint}>
      <ControlGroup className={styles.group}>
        <Select
          aria-label={label}
          value={word ?? (kind === null ? '' : `to ${kind}`)}
          disabled={isReadOnly}
          onChange={(_, { value }) => choose(value)}
        >
          <option value="">{none}</option>
          {Object.entries(words).map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
          {KINDS.map((each) => (
            <option key={each} value={`to ${each}`}>
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
