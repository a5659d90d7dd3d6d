/** A pause with a reason of one's own. */

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '~/api/client';
import { usePause } from './requests';

const LONGEST_REASON = 200;

export default function PauseDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('agent');
  const [reason, setReason] = useState('');
  const pause = usePause(() => t('agent:me.paused'));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate(reason.trim(), { onSuccess: onClose });
  };
  const problem = pause.error instanceof ApiProblem ? pause.error.of('reason') : undefined;
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('agent:me.pauseReason')}</DialogTitle>
            <DialogContent>
              <Field
                label={t('agent:me.otherReason')}
                hint={t('agent:me.otherReasonHint')}
                validationMessage={problem ?? null}
              >
                <Input
                  autoFocus
                  maxLength={LONGEST_REASON}
                  value={reason}
                  onChange={(_, { value }) => setReason(value)}
                />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={pause.isPending}>
                {t('agent:me.pause')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
