/** Who is rung beside somebody's own phones. */

import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, DismissRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { ALSO_RING_NUMBERS } from '~/api/numbers';
import { type AlsoRung, MOST_ALSO_RUNG } from './rule';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
  target: { flexGrow: 2, flexBasis: '200px', minWidth: 0 },
  seconds: { width: '110px' },
});

interface Props {
  readonly others: readonly AlsoRung[];
  readonly problem?: string | null;
  readonly isReadOnly?: boolean;
  readonly onChange: (others: readonly AlsoRung[]) => void;
}

/** Who is rung beside somebody's own phones, each after so many seconds. */
export function AlsoRing({ others, problem = null, isReadOnly = false, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const change = (key: number, changes: Partial<AlsoRung>) =>
    onChange(others.map((each) => (each.key === key ? { ...each, ...changes } : each)));
  const add = () => {
    const key = 1 + Math.max(-1, ...others.map((each) => each.key));
    onChange([...others, { key, target: '', after: String(ALSO_RING_NUMBERS.after.default) }]);
  };
  return (
    <>
      {others.map(({ key, target, after }) => (
        <div key={key} className={styles.row}>
          <Field label={t('agent:rule.number')} className={styles.target}>
            <Input
              value={target}
              readOnly={isReadOnly}
              onChange={(_, { value }) => change(key, { target: value })}
            />
          </Field>
          <Field label={t('agent:rule.after')}>
            <Input
              className={styles.seconds}
              type="number"
              min={ALSO_RING_NUMBERS.after.low}
              max={ALSO_RING_NUMBERS.after.high}
              value={after}
              readOnly={isReadOnly}
              onChange={(_, { value }) => change(key, { after: value })}
              contentAfter={t('agent:rule.seconds')}
            />
          </Field>
          {!isReadOnly && (
            <Button
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label={t('agent:rule.takeOut', { number: target })}
              onClick={() => onChange(others.filter((each) => each.key !== key))}
            />
          )}
        </div>
      ))}
      {problem !== null && (
        <MessageBar intent="error">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      {!isReadOnly && (
        <div>
          <Button icon={<AddRegular />} disabled={others.length >= MOST_ALSO_RUNG} onClick={add}>
            {t('agent:rule.add')}
          </Button>
        </div>
      )}
    </>
  );
}
