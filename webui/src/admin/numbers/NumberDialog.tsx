/** A number to be added, or whose kind is to be changed. */

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
  Select,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberView } from '~/admin/parts/pickers';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { ApiProblem, api } from '~/api/client';
import { Failure } from '~/parts/Failure';
import { useSay } from '~/parts/toasts';

const KINDS = ['service-toll', 'service-toll-free', 'user'] as const;

interface Props {
  /** null: a new one. */
  readonly number: NumberView | null;
  readonly onClose: () => void;
}

export function NumberDialog({ number, onClose }: Props) {
  const { t } = useTranslation('numbers');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [form, setForm] = useState({ number: number?.number ?? '+', kind: number?.kind ?? 'service-toll' });
  const save = useMutation({
    mutationFn: async () => {
      if (number === null) await api.POST('/api/v1/numbers', { body: form });
      else {
        const params = { path: { key: number.number } };
        await api.PATCH('/api/v1/numbers/{key}', { params, body: { kind: form.kind } });
      }
    },
    onSuccess: () => {
      say.done(t('common:saved'));
      settingsChanged();
      onClose();
    },
  });
  const problem = save.error instanceof ApiProblem ? save.error : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{number === null ? t('numbers:add') : number.number}</DialogTitle>
            <DialogContent>
              {number === null && (
                <Field
                  label={t('numbers:number')}
                  hint={t('numbers:numberHint')}
                  validationMessage={problem?.of('number') ?? null}
                  required
                >
                  <Input
                    type="tel"
                    value={form.number}
                    onChange={(_, { value }) =>
                      setForm({ ...form, number: value.replaceAll(/[\s.()-]/g, '') })
                    }
                  />
                </Field>
              )}
              <Field
                label={t('numbers:kind')}
                hint={t(`numbers:kindHint.${form.kind}`)}
                validationMessage={problem?.of('kind') ?? null}
              >
                <Select
                  value={form.kind}
                  onChange={(_, { value }) => setForm({ ...form, kind: value as NumberView['kind'] })}
                >
                  {KINDS.map((kind) => (
                    <option key={kind} value={kind}>
                      {t(`admin:numberKind.${kind}`)}
                    </option>
                  ))}
                </Select>
              </Field>
              <Failure error={save.error} shown={['number', 'kind']} />
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('common:cancel')}</Button>
              <Button type="submit" appearance="primary" disabled={save.isPending}>
                {t('common:save')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
