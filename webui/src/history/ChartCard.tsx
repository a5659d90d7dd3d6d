/** A chart, and the same as a table for whoever wants to read the numbers. */

import {
  Card,
  makeStyles,
  Subtitle2,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  ToggleButton,
  tokens,
} from '@fluentui/react-components';
import { DataBarVerticalRegular, TableRegular } from '@fluentui/react-icons';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  card: { minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  title: { flexGrow: 1 },
  table: { maxHeight: '340px', overflow: 'auto' },
  number: { fontVariantNumeric: 'tabular-nums' },
});

interface Props {
  readonly title: string;
  readonly table: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly (string | number)[])[];
  };
  readonly children: ReactNode;
}

export function ChartCard({ title, table, children }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const [isTable, setTable] = useState(false);
  return (
    <Card className={styles.card}>
      <div className={styles.head}>
        <Subtitle2 as="h2" className={styles.title}>
          {title}
        </Subtitle2>
        <ToggleButton
          size="small"
          appearance="subtle"
          icon={isTable ? <DataBarVerticalRegular /> : <TableRegular />}
          checked={isTable}
          onClick={() => setTable(!isTable)}
        >
          {t('history:chart.asTable')}
        </ToggleButton>
      </div>
      {isTable ? <Numbers title={title} table={table} /> : children}
    </Card>
  );
}

function Numbers({ title, table }: Pick<Props, 'title' | 'table'>) {
  const styles = useStyles();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.table} tabIndex={0} aria-label={title}>
      <Table size="extra-small" aria-label={title}>
        <TableHeader>
          <TableRow>
            {table.head.map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {table.rows.map(([name, ...numbers]) => (
            <TableRow key={name}>
              <TableHeaderCell scope="row">{name}</TableHeaderCell>
              {numbers.map((number, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places
                <TableCell key={place} className={styles.number}>
                  {number}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
