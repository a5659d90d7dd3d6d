/** Asks before something that cannot be undone. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from './Failure';

interface Props {
  readonly isOpen: boolean;
  readonly title: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly isBusy?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly children?: ReactNode;
}

export function Confirm({
  isOpen,
  title,
  action,
  isBusy = false,
  error,
  onConfirm,
  onCancel,
  children,
}: Props) {
  const { t } = useTranslation();
  return (
    <Dialog open={isOpen} onOpenChange={(_, data) => !data.open && onCancel()} modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            {children}
            <Failure error={error} />
          </DialogContent>
          <DialogActions>
            <Button onClick={onCancel}>{t('common:cancel')}</Button>
            <Button appearance="primary" disabled={isBusy} onClick={onConfirm}>
              {action}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
