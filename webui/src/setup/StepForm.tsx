/** A step with something to fill in: why it is asked, the fields, and what the server said to them. */

import { Body1, Button, makeStyles, Subtitle1, tokens } from '@fluentui/react-components';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '~/parts/Failure';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly title: string;
  readonly why: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Settings that show what is wrong with them themselves. */
  readonly shown: readonly string[];
  readonly onSubmit: () => void;
  /** More buttons beside the one that does it. */
  readonly besides?: ReactNode;
  readonly children: ReactNode;
}

export function StepForm({ title, why, action, isBusy, error, shown, onSubmit, besides, children }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-busy={isBusy}>
      <Subtitle1 as="h2">{title}</Subtitle1>
      <Body1>{why}</Body1>
      {children}
      <Failure error={error} shown={shown} />
      <div className={styles.actions}>
        <Button type="submit" appearance="primary" disabled={isBusy}>
          {isBusy ? t('common:loading') : action}
        </Button>
        {besides}
      </div>
    </form>
  );
}
