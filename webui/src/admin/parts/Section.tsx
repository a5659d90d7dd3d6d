/** One part of a form or of a page, with a heading. */

import { Body1, Card, makeStyles, mergeClasses, Subtitle2, tokens } from '@fluentui/react-components';
import { type ReactNode, useId } from 'react';

const useStyles = makeStyles({
  section: { padding: tokens.spacingHorizontalXL, gap: tokens.spacingVerticalL, maxWidth: '880px' },
  wide: { maxWidth: 'none' },
  head: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  about: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly title: string;
  readonly about?: ReactNode;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

export function Section({ title, about, isWide = false, children }: Props) {
  const styles = useStyles();
  const id = useId();
  return (
    <Card role="region" aria-labelledby={id} className={mergeClasses(styles.section, isWide && styles.wide)}>
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
