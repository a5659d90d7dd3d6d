/** What stands out from the page as one thing. Fluent's card can do more, and is larger. */

import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ComponentProps } from 'react';

const useStyles = makeStyles({
  surface: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
  },
});

export function Surface({ className, ...rest }: ComponentProps<'div'>) {
  const styles = useStyles();
  return <div className={mergeClasses(styles.surface, className)} {...rest} />;
}
