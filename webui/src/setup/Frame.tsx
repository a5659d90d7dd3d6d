/** The frame of the first run: what it is, and which step comes next. */

import { Button, Card, makeStyles, mergeClasses, Text, Title2, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, LocalLanguageRegular } from '@fluentui/react-icons';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceMenu } from '~/shell/ChoiceMenu';
import { isDone, isOpen, type Progress, STEPS, type Step } from './steps';

const useStyles = makeStyles({
  page: {
    minHeight: '100dvh',
    boxSizing: 'border-box',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalL,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  head: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM, width: 'min(760px, 100%)' },
  title: { flexGrow: 1 },
  steps: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    width: 'min(760px, 100%)',
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  step: { flexGrow: 1 },
  button: { width: '100%', justifyContent: 'start', paddingInline: tokens.spacingHorizontalS },
  here: { backgroundColor: tokens.colorNeutralBackground1Selected },
  done: { color: tokens.colorPaletteGreenForeground1 },
  number: { fontVariantNumeric: 'tabular-nums' },
  card: { width: 'min(760px, 100%)', boxSizing: 'border-box', padding: tokens.spacingHorizontalXL },
});

interface Props {
  readonly step?: Step;
  readonly progress?: Progress;
  readonly onStep?: (step: Step) => void;
  readonly children: ReactNode;
}

export function Frame({ step, progress, onStep, children }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('setup');
  const name = step === undefined ? '' : t(`setup:step.${step}`);
  useEffect(() => {
    document.title = [name, t('setup:title'), 'Huntline'].filter(Boolean).join(' · ');
  }, [name, t]);
  return (
    <main className={styles.page}>
      <div className={styles.head}>
        <Title2 as="h1" className={styles.title}>
          {t('setup:title')}
        </Title2>
        <ChoiceMenu
          button={<Button icon={<LocalLanguageRegular />} aria-label={t('common:languageAndColours')} />}
        />
      </div>
      {progress !== undefined && (
        <ol className={styles.steps} aria-label={t('setup:steps')}>
          {STEPS.map((each, place) => (
            <li key={each} className={styles.step}>
              <Button
                appearance="subtle"
                className={mergeClasses(styles.button, each === step && styles.here)}
                disabled={!isOpen(each, progress)}
                aria-current={each === step ? 'step' : undefined}
                icon={
                  isDone(each, progress) ? (
                    <CheckmarkCircleFilled className={styles.done} aria-label={t('setup:done')} />
                  ) : (
                    <Text className={styles.number}>{place + 1}</Text>
                  )
                }
                onClick={() => onStep?.(each)}
              >
                {t(`setup:step.${each}`)}
              </Button>
            </li>
          ))}
        </ol>
      )}
      <Card className={styles.card}>{children}</Card>
    </main>
  );
}
