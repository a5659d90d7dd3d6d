/** A table of steps in whole numbers: from so many licences on, so many of something. */

import {
  Button,
  Caption1,
  Input,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { AddRegular, DismissRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useFieldsScope } from '~/admin/parts/fields';

const useStyles = makeStyles({
  wide: { overflowX: 'auto' },
  size: { width: '110px', minWidth: 0, maxWidth: '100%' },
  problem: { display: 'block', color: tokens.colorStatusDangerForeground1 },
  add: { alignSelf: 'start' },
});

interface Props<Field extends string> {
  /** The setting. */
  readonly name: string;
  readonly columns: readonly { readonly field: Field; readonly title: string }[];
  readonly labelOf: (field: Field, place: number) => string;
  readonly addLabel: string;
  readonly removeLabelOf: (place: number) => string;
  readonly steps: readonly Readonly<Record<Field, string>>[];
  readonly newStep: Readonly<Record<Field, string>>;
  readonly onChange: (steps: readonly Readonly<Record<Field, string>>[]) => void;
}

export function StepTable<Field extends string>(props: Props<Field>) {
  const { name, columns, labelOf, addLabel, removeLabelOf, steps, newStep, onChange } = props;
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'admin']);
  const { isReadOnly } = useFieldsScope();
  const change = (place: number, field: Field, typed: string) =>
    onChange(steps.map((each, at) => (at === place ? { ...each, [field]: typed } : each)));
  return (
    <>
      {steps.length > 0 && (
        <div className={styles.wide}>
          <Table aria-label={t(`settings:settings.${name}`)}>
            <TableHeader>
              <TableRow>
                {columns.map(({ field, title }) => (
                  <TableHeaderCell key={field}>{title}</TableHeaderCell>
                ))}
                {!isReadOnly && <TableHeaderCell>{t('admin:actions')}</TableHeaderCell>}
              </TableRow>
            </TableHeader>
            <TableBody>
              {steps.map((step, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step has nothing else that stays while it is typed
                <TableRow key={place}>
                  {columns.map(({ field }) => (
                    <TableCell key={field}>
                      <CellInput
                        field={`${name}[${place}].${field}`}
                        label={labelOf(field, place + 1)}
                        value={step[field]}
                        onType={(typed) => change(place, field, typed)}
                      />
                    </TableCell>
                  ))}
                  {!isReadOnly && (
                    <TableCell>
                      <Button
                        appearance="subtle"
                        icon={<DismissRegular />}
                        aria-label={removeLabelOf(place + 1)}
                        onClick={() => onChange(steps.filter((_, at) => at !== place))}
                      />
                    </TableCell>
                  )}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
      {!isReadOnly && (
        <Button className={styles.add} icon={<AddRegular />} onClick={() => onChange([...steps, newStep])}>
          {addLabel}
        </Button>
      )}
    </>
  );
}

interface CellInputProps {
  readonly field: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onType: (typed: string) => void;
}

export function CellInput({ field, label, value, placeholder, onType }: CellInputProps) {
  const styles = useStyles();
  const { problemOf, isReadOnly } = useFieldsScope();
  const problem = problemOf(field);
  return (
    <div data-invalid={problem !== undefined || undefined}>
      <Input
        className={styles.size}
        inputMode="numeric"
        aria-label={label}
        aria-invalid={problem !== undefined}
        autoComplete="off"
        readOnly={isReadOnly}
        value={value}
        {...(placeholder !== undefined && { placeholder })}
        onChange={(_, data) => onType(data.value)}
      />
      {problem !== undefined && (
        <Caption1 className={styles.problem} role="alert">
          {problem}
        </Caption1>
      )}
    </div>
  );
}
