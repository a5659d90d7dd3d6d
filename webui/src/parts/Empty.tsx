/** Stands where a list has nothing in it: says so, and what to do about it. */

import { Body1, makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  empty: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingVerticalXXXL,
    textAlign: 'center',
    color: tokens.colorNeutralForeground2,
  },
});

interface Props {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Empty({ title, children }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.empty}>
      <Subtitle2>{title}</Subtitle2>
      <Body1>{children}</Body1>
    </div>
  );
}
