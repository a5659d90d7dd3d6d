/** A dialog with one form in it, which changes settings and closes when that is done. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';
import { useSettingsChanged } from './settingsChanged';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
});

interface Props {
  readonly title: string;
  /** What is done, as its button says; to save by default. */
  readonly action?: string;
  readonly act: () => Promise<unknown>;
  /** It cannot be done yet. */
  readonly isBarred?: boolean;
  /** The fields that are here: what is wrong with them is said beside them, all else below. */
  readonly shown: readonly string[];
  readonly onClose: () => void;
  readonly children: (problemOf: (field: string) => string | null) => ReactNode;
}

export function FormDialog({ title, action, act, isBarred = false, shown, onClose, children }: Props) {
  const styles = useStyles();
  const { t } = useTranslation();
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      say.done(t('common:saved'));
      settingsChanged();
      onClose();
    },
  });
  const problem = acting.error instanceof ApiProblem ? acting.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // In React's tree the form may stand within another one, which is not what is sent.
    event.stopPropagation();
    acting.mutate();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              {children((field) => problem?.of(field) ?? null)}
              <Failure error={acting.error} shown={shown} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={isBarred || acting.isPending}>
                {action ?? t('common:save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
