/** Trying a trunk: what was tried, what was wrong, and what to do about it. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkCircleRegular, DismissCircleRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '~/api/client';
import { Failure } from '~/parts/Failure';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  steps: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  step: { display: 'flex', gap: tokens.spacingHorizontalS, overflowWrap: 'anywhere' },
  words: { display: 'flex', flexDirection: 'column', minWidth: 0 },
  good: { color: tokens.colorPaletteGreenForeground1, flexShrink: 0 },
  bad: { color: tokens.colorPaletteRedForeground1, flexShrink: 0 },
});

interface Props {
  readonly name: string;
  readonly onClose: () => void;
}

export function TrunkTestDialog({ name, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'common']);
  const test = useQuery({
    queryKey: ['trunk-test', name],
    queryFn: () => bodyOf(api.POST('/api/v1/trunks/{key}/test', { params: { path: { key: name } } })),
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t('settings:trunkTestNamed', { name })}</DialogTitle>
          <DialogContent className={styles.content} aria-live="polite">
            <Text>{t('settings:trunkTestText')}</Text>
            {test.isPending && <Spinner label={t('common:loading')} />}
            <Failure error={test.error} shown={[]} />
            {test.data !== undefined && (
              <>
                <Text weight="semibold">
                  {test.data.is_ok ? t('settings:trunkTestOk') : t('settings:trunkTestFailed')}
                </Text>
                <ul className={styles.steps}>
                  {test.data.steps.map(({ step, what, is_ok, reason, advice }) => (
                    <li key={`${step} ${what}`} className={styles.step}>
                      {is_ok ? (
                        <CheckmarkCircleRegular className={styles.good} fontSize={20} aria-hidden />
                      ) : (
                        <DismissCircleRegular className={styles.bad} fontSize={20} aria-hidden />
                      )}
                      <span className={styles.words}>
                        <Text weight="semibold">{what}</Text>
                        <Text>{is_ok ? t(`settings:trunkSteps.${step}`) : reason}</Text>
                        {advice !== null && <Text>{advice}</Text>}
                      </span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('common:close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
