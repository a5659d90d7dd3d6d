/** The sections of a long form, at its side: where they are, and which want somebody. */

import { Badge, Link, makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { anchorOf } from './anchors';
import { useFieldsScope } from './fields';
import { findingsAt, worstOf } from './findings';

export interface IndexEntry {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly string[];
}

const useStyles = makeStyles({
  layout: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingHorizontalXXL,
    '@media (min-width: 1200px)': { gridTemplateColumns: 'minmax(0, 880px) 220px' },
  },
  sections: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL, minWidth: 0 },
  index: {
    display: 'none',
    '@media (min-width: 1200px)': { display: 'block' },
    position: 'sticky',
    top: 0,
    alignSelf: 'start',
  },
  list: {
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    marginTop: tokens.spacingVerticalM,
  },
  entry: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly entries: readonly IndexEntry[];
  readonly children: React.ReactNode;
}

export function WithIndex({ entries, children }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const heading = useId();
  return (
    <div className={styles.layout}>
      <div className={styles.sections}>{children}</div>
      <nav aria-labelledby={heading} className={styles.index}>
        <Subtitle2 id={heading}>{t('admin:sections')}</Subtitle2>
        <ul className={styles.list}>
          {entries.map((entry) => (
            <li key={entry.name} className={styles.entry}>
              <Link as="button" type="button" onClick={() => show(entry.name)}>
                {entry.title}
              </Link>
              <Mark fields={entry.fields} />
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

/** That something in a section is wrong, or unwise. */
function Mark({ fields }: Pick<IndexEntry, 'fields'>) {
  const { t } = useTranslation('admin');
  const { problemOf, findings } = useFieldsScope();
  const wrong = fields.filter((field) => problemOf(field) !== undefined).length;
  const found = fields.flatMap((field) => findingsAt(findings, field));
  const severity = wrong > 0 ? 'error' : worstOf(found);
  if (severity === null || severity === 'note') return null;
  const words = t(`admin:severityCount.${severity}`, { count: wrong || found.length });
  return (
    <Badge size="tiny" color={severity === 'error' ? 'danger' : 'warning'} role="img" aria-label={words} />
  );
}

/** Leads to a section, and unfolds it where it is folded. */
function show(name: string): void {
  const section = document.getElementById(anchorOf(name));
  section?.querySelector<HTMLElement>(':scope [aria-expanded=false]')?.click();
  // What was folded is there with the next frame.
  requestAnimationFrame(() => {
    section?.scrollIntoView({ block: 'start' });
    section?.querySelector<HTMLElement>('input, textarea, select')?.focus({ preventScroll: true });
  });
}
