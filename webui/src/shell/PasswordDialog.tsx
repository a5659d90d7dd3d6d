/** Changing one's own password. */

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
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { useTakeSession } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';

export default function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const say = useSay();
  const takeSession = useTakeSession();
  const [form, setForm] = useState({ current: '', new: '' });
  const change = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/session/password', { body: form })),
    onSuccess(session) {
      takeSession(session);
      say.done(t('common:passwordChanged'));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const problem = change.error instanceof ApiProblem ? change.error : null;
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('common:changePassword')}</DialogTitle>
            <DialogContent>
              <Field
                label={t('common:currentPassword')}
                validationMessage={problem?.of('current') ?? null}
                required
              >
                <Input
                  type="password"
                  autoComplete="current-password"
                  value={form.current}
                  onChange={(_, { value }) => setForm({ ...form, current: value })}
                />
              </Field>
              <Field label={t('common:newPassword')} validationMessage={problem?.of('new') ?? null} required>
                <Input
                  type="password"
                  autoComplete="new-password"
                  value={form.new}
                  onChange={(_, { value }) => setForm({ ...form, new: value })}
                />
              </Field>
              <Failure error={change.error} shown={['current', 'new']} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={change.isPending}>
                {t('common:save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
