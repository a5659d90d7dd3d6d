/** What happens to callers: chosen from what may happen there, and to whom they go. */

import { Field, makeStyles, Select } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useFieldsScope } from '~/admin/parts/fields';
import { TargetField, usePersonName } from '~/admin/targets/TargetField';
import { readable } from '~/admin/targets/target';
import { isTarget, STEPS, type StepDraft, type StepKind, type StepPlace } from './attendantDraft';
import { stepWords } from './steps';

const useStyles = makeStyles({ select: { maxWidth: '440px', width: '100%', minWidth: 0 } });

interface Props {
  readonly place: StepPlace;
  readonly label: string;
  readonly step: StepDraft;
  readonly onChange: (step: StepDraft) => void;
  /** The settings whose problems are told here. */
  readonly settings: readonly string[];
  /** Ids of what callers cannot be sent to from here. */
  readonly besides: readonly string[];
  /** It has just been made, and waits for what it is to do. */
  readonly isFresh?: boolean;
}

export function StepEditor({ place, label, step, onChange, settings, besides, isFresh = false }: Props) {
  const styles = useStyles();
  const { t } = useTranslation(['attendants', 'targets']);
  const { isReadOnly, problemOf } = useFieldsScope();
  const [problem] = settings.map(problemOf).filter((each) => each !== undefined);
  const { kind } = step;
  const nothing = place === 'key' ? t('attendants:chooseStep') : t(`attendants:nothing.${place}`);
  return (
    <>
      <Field label={label} {...(problem !== undefined && { validationMessage: problem })}>
        <Select
          className={styles.select}
          disabled={isReadOnly}
          autoFocus={isFresh}
          value={kind}
          onChange={(_, { value }) => onChange({ kind: value as StepKind, target: '' })}
        >
          {place === 'key' && (
            <option value="none" disabled>
              {nothing}
            </option>
          )}
          {STEPS[place].map((each) => (
            <option key={each} value={each}>
              {each === 'none' ? nothing : t(`attendants:step.${each}`)}
            </option>
          ))}
        </Select>
      </Field>
      {isTarget(kind) && (
        <TargetField
          kind={kind}
          target={step.target}
          label={t(`targets:kind.${kind}`)}
          besides={besides}
          onChange={onChange}
        />
      )}
    </>
  );
}

/** A step in words; people by their names. */
export function StepWords({ step, none }: { readonly step: StepDraft; readonly none?: string }) {
  const { t } = useTranslation('attendants');
  const isPersonal = step.kind === 'person' || (step.kind === 'voicemail' && step.target.includes('@'));
  const person = usePersonName(isPersonal ? step.target : '');
  if (step.kind === 'none') return none ?? null;
  return stepWords(step, t, isPersonal ? person : readable(step));
}
