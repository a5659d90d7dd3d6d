/** The controls of a form: each knows by its setting's name what is wrong with it, and what is unwise. */

import {
  Field,
  FieldContextProvider,
  Input,
  makeStyles,
  mergeClasses,
  Switch,
  shorthands,
  Text,
  tokens,
  useFieldControlProps_unstable,
} from '@fluentui/react-components';
import {
  createContext,
  type HTMLAttributes,
  isValidElement,
  type ReactElement,
  type ReactNode,
  useContext,
} from 'react';
import { anchorOf } from './anchors';
import { FindingNotes } from './FindingNotes';
import { type Finding, findingsAt } from './findings';

export interface FieldsScope {
  /** What is wrong with a setting: as it is typed, or as the API said. */
  readonly problemOf: (field: string) => string | undefined;
  readonly findings: readonly Finding[];
  readonly isReadOnly: boolean;
}

const Scope = createContext<FieldsScope>({ problemOf: () => undefined, findings: [], isReadOnly: false });

/** The fields inside are of one form. */
export function Fields({ scope, children }: { readonly scope: FieldsScope; readonly children: ReactNode }) {
  return <Scope value={scope}>{children}</Scope>;
}

export function useFieldsScope(): FieldsScope {
  return useContext(Scope);
}

const useStyles = makeStyles({
  setting: { scrollMarginTop: tokens.spacingVerticalXXL },
  short: { maxWidth: '240px' },
  medium: { maxWidth: '440px' },
  group: { ...shorthands.borderStyle('none'), margin: 0, padding: 0, minWidth: 0 },
});

interface SettingProps {
  /** As the API calls it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string | ReactElement | undefined;
  readonly isRequired?: boolean;
  /** Other settings whose findings stand here as well. */
  readonly also?: readonly string[];
  readonly children: ReactElement<HTMLAttributes<HTMLElement>>;
}

/** A setting with its label, its one control, what is wrong with it and what is unwise about it. */
export function Setting({ name, label, hint, isRequired = false, also = [], children }: SettingProps) {
  const styles = useStyles();
  const { problemOf, findings } = useFieldsScope();
  const problem = problemOf(name);
  const found = [name, ...also].flatMap((each) => findingsAt(findings, each));
  return (
    <div id={anchorOf(name)} className={styles.setting} data-invalid={problem !== undefined || undefined}>
      <Field
        label={label}
        required={isRequired}
        {...(hint !== undefined && { hint })}
        {...(problem !== undefined && { validationMessage: problem })}
      >
        {isValidElement(children) ? children : null}
      </Field>
      <FindingNotes findings={found} />
    </div>
  );
}

interface GroupProps {
  readonly className?: string;
  readonly children: ReactNode;
}

/** The one control of a setting that is made of several, each with a name of its own. */
export function ControlGroup({ children, className }: GroupProps) {
  const names = useFieldControlProps_unstable<HTMLAttributes<HTMLElement>>({});
  const styles = useStyles();
  return (
    <fieldset
      aria-labelledby={names['aria-labelledby']}
      aria-describedby={names['aria-describedby']}
      className={mergeClasses(styles.group, className)}
    >
      <FieldContextProvider value={undefined}>{children}</FieldContextProvider>
    </fieldset>
  );
}

interface TextProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | ReactElement | undefined;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly also?: readonly string[];
  readonly type?: 'text' | 'password' | 'tel';
  readonly autoComplete?: string;
}

/** A setting of one line. */
export function TextSetting(props: TextProps) {
  const { name, label, value, onChange, hint, placeholder, isRequired = false, also = [] } = props;
  const styles = useStyles();
  const { isReadOnly } = useFieldsScope();
  return (
    <Setting name={name} label={label} hint={hint} isRequired={isRequired} also={also}>
      <Input
        className={styles.medium}
        type={props.type ?? 'text'}
        autoComplete={props.autoComplete ?? 'off'}
        value={value}
        readOnly={isReadOnly}
        {...(placeholder !== undefined && { placeholder })}
        onChange={(_, data) => onChange(data.value)}
      />
    </Setting>
  );
}

interface NumberProps extends Omit<TextProps, 'type' | 'autoComplete'> {
  /** Stands behind the number. */
  readonly unit?: string;
}

/** A whole number, as text until it is sent: what cannot be one stays there to be corrected. */
export function NumberSetting({
  name,
  label,
  value,
  onChange,
  hint,
  placeholder,
  also = [],
  unit,
}: NumberProps) {
  const styles = useStyles();
  const { isReadOnly } = useFieldsScope();
  return (
    <Setting name={name} label={label} hint={hint} also={also}>
      <Input
        className={styles.short}
        inputMode="numeric"
        autoComplete="off"
        value={value}
        readOnly={isReadOnly}
        {...(placeholder !== undefined && { placeholder })}
        {...(unit !== undefined && { contentAfter: <Text size={200}>{unit}</Text> })}
        onChange={(_, data) => onChange(data.value)}
      />
    </Setting>
  );
}

interface SwitchProps {
  readonly name: string;
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly hint?: string | ReactElement | undefined;
  /** It cannot be otherwise for now; the hint says why. */
  readonly isFixed?: boolean;
}

export function SwitchSetting({ name, label, isOn, onChange, hint, isFixed = false }: SwitchProps) {
  const styles = useStyles();
  const { problemOf, findings, isReadOnly } = useFieldsScope();
  const problem = problemOf(name);
  return (
    <div id={anchorOf(name)} className={styles.setting} data-invalid={problem !== undefined || undefined}>
      <Field
        {...(hint !== undefined && { hint })}
        {...(problem !== undefined && { validationMessage: problem })}
      >
        <Switch
          label={label}
          checked={isOn}
          disabled={isReadOnly || isFixed}
          onChange={(_, data) => onChange(data.checked)}
        />
      </Field>
      <FindingNotes findings={findingsAt(findings, name)} />
    </div>
  );
}
