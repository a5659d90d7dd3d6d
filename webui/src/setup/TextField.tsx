/** A field of the first run, with what is wrong beside it. */

import { Field, Input, makeStyles } from '@fluentui/react-components';
import type { ReactElement } from 'react';

const useStyles = makeStyles({
  field: { maxWidth: '440px' },
});

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly problem?: string | undefined;
  readonly type?: 'text' | 'password' | 'tel';
  readonly autoComplete?: string;
  readonly isRequired?: boolean;
  readonly isFirst?: boolean;
  readonly before?: ReactElement;
  readonly after?: ReactElement;
  readonly onChange: (value: string) => void;
}

export function TextField(props: Props) {
  const { label, hint, value, problem, type = 'text', autoComplete = 'off' } = props;
  const { isRequired = true, isFirst = false, before, after, onChange } = props;
  const styles = useStyles();
  return (
    <Field
      className={styles.field}
      label={label}
      required={isRequired}
      hint={hint ?? null}
      validationMessage={problem ?? null}
    >
      <Input
        type={type}
        autoComplete={autoComplete}
        autoFocus={isFirst}
        value={value}
        {...(before !== undefined && { contentBefore: before })}
        {...(after !== undefined && { contentAfter: after })}
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}
