/** One part of a form or of a page, with a heading; one that keeps its defaults is folded into a line. */

import {
  Body1,
  Button,
  Card,
  makeStyles,
  mergeClasses,
  Subtitle2,
  Text,
  tokens,
} from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { anchorOf } from './anchors';
import { useFieldsScope } from './fields';
import { findingsAt } from './findings';

const useStyles = makeStyles({
  section: {
    padding: tokens.spacingHorizontalXL,
    gap: tokens.spacingVerticalL,
    maxWidth: '880px',
    scrollMarginTop: tokens.spacingVerticalL,
  },
  folded: { paddingBlock: tokens.spacingVerticalM },
  wide: { maxWidth: 'none' },
  head: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  row: { display: 'flex', alignItems: 'start', gap: tokens.spacingHorizontalM },
  title: { flexGrow: 1, minWidth: 0, display: 'flex', flexDirection: 'column' },
  about: { color: tokens.colorNeutralForeground2 },
  toggle: { flexShrink: 0 },
});

interface Props {
  readonly title: string;
  readonly about?: ReactNode;
  readonly isWide?: boolean;
  /** Where links to it lead: see `anchorOf`. */
  readonly name?: string;
  readonly children: ReactNode;
}

export function Section({ title, about, isWide = false, name, children }: Props) {
  const styles = useStyles();
  const id = useId();
  return (
    <Card
      role="region"
      aria-labelledby={id}
      className={mergeClasses(styles.section, isWide && styles.wide)}
      {...(name !== undefined && { id: anchorOf(name) })}
    >
      <div className={styles.head}>
        <Subtitle2 as="h2" id={id}>
          {title}
        </Subtitle2>
        {about !== undefined && <Body1 className={styles.about}>{about}</Body1>}
      </div>
      {children}
    </Card>
  );
}

interface FoldingProps extends Omit<Props, 'isWide'> {
  readonly name: string;
  /** The settings in it: what is wrong with one of them, or leads to it, unfolds it. */
  readonly fields: readonly string[];
  /** What is set, in a line that stands for all while it is folded. */
  readonly summary: string;
  /** All is as it is without anybody's doing: folded until somebody wants it. */
  readonly isDefault: boolean;
}

/** A section that is folded at first where it keeps its defaults. */
export function FoldingSection(props: FoldingProps) {
  const { title, about, name, fields, summary, isDefault, children } = props;
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const { problemOf, findings } = useFieldsScope();
  const { hash } = useLocation();
  const id = useId();
  const [isOpen, setOpen] = useState(!isDefault);
  const led = decodeURIComponent(hash.slice(1)).split('.')[0] ?? '';
  const isWanted =
    led === name ||
    fields.includes(led) ||
    fields.some((field) => problemOf(field) !== undefined || findingsAt(findings, field).length > 0);
  const isShown = isOpen || isWanted;
  const words = t(isShown ? 'admin:fold' : 'admin:unfold');
  return (
    <Card
      role="region"
      id={anchorOf(name)}
      aria-labelledby={id}
      className={mergeClasses(styles.section, !isShown && styles.folded)}
    >
      <div className={styles.row}>
        <div className={styles.title}>
          <Subtitle2 as="h2" id={id}>
            {title}
          </Subtitle2>
          {isShown ? (
            about !== undefined && <Body1 className={styles.about}>{about}</Body1>
          ) : (
            <Text className={styles.about}>{summary}</Text>
          )}
        </div>
        {!isWanted && (
          <Button
            appearance="subtle"
            className={styles.toggle}
            icon={isShown ? <ChevronDownRegular /> : <ChevronRightRegular />}
            iconPosition="after"
            aria-expanded={isShown}
            aria-label={`${words}: ${title}`}
            onClick={() => setOpen(!isShown)}
          >
            {words}
          </Button>
        )}
      </div>
      {isShown && children}
    </Card>
  );
}
