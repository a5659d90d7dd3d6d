/** What a step has done, how to undo it, and the way on. */

import { Body1, Button, makeStyles, Subtitle1, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '~/parts/Failure';

const useStyles = makeStyles({
  note: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  title: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  done: { color: tokens.colorPaletteGreenForeground1, fontSize: '24px', flexShrink: 0 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly title: string;
  /** What was done, and how to undo it later. */
  readonly children: ReactNode;
  readonly undo: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onUndo: () => void;
  readonly onNext: () => void;
}

export function DoneNote({ title, children, undo, isBusy, error, onUndo, onNext }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  return (
    <div className={styles.note} role="status">
      <div className={styles.title}>
        <CheckmarkCircleFilled className={styles.done} aria-hidden />
        <Subtitle1 as="h2">{title}</Subtitle1>
      </div>
      <Body1 as="p">{children}</Body1>
      <Failure error={error} />
      <div className={styles.actions}>
        <Button appearance="primary" onClick={onNext}>
          {t('setup:next')}
        </Button>
        <Button disabled={isBusy} onClick={onUndo}>
          {undo}
        </Button>
      </div>
    </div>
  );
}
