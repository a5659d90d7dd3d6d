/** A number to be added, or of which something is to be changed. */

import { Field, Input, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import type { NumberView } from '~/admin/parts/pickers';
import { api, bodyOf } from '~/api/client';

const KINDS = ['service-toll', 'service-toll-free', 'user'] as const;
const STATES = ['active', 'ordered', 'porting'] as const;

interface Props {
  /** null: a new one. */
  readonly number: NumberView | null;
  /** What to do with a new one, as `+14255550100`. */
  readonly onAdded?: (number: string) => void;
  readonly onClose: () => void;
}

export function NumberDialog({ number, onAdded, onClose }: Props) {
  const { t } = useTranslation(['numbers', 'admin']);
  const [form, setForm] = useState({
    number: number?.number ?? '+',
    kind: number?.kind ?? 'service-toll',
    state: number?.state ?? 'active',
    country: number?.country ?? '',
  });
  const act = async () => {
    const { kind, state } = form;
    const changed = { kind, state, country: form.country.trim() || null };
    if (number === null) {
      const added = await bodyOf(api.POST('/api/v1/numbers', { body: { ...changed, number: form.number } }));
      onAdded?.(added.number);
    } else {
      const params = { path: { key: number.number } };
      await api.PATCH('/api/v1/numbers/{key}', { params, body: changed });
    }
  };
  return (
    <FormDialog
      title={number === null ? t('numbers:add') : number.number}
      act={act}
      shown={['number', 'kind', 'state', 'country']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          {number === null && (
            <Field
              label={t('numbers:number')}
              hint={t('numbers:numberHint')}
              validationMessage={problemOf('number')}
              required
            >
              <Input
                type="tel"
                value={form.number}
                onChange={(_, { value }) => setForm({ ...form, number: value.replaceAll(/[\s.()-]/g, '') })}
              />
            </Field>
          )}
          <Field
            label={t('numbers:kind')}
            hint={t(`numbers:kindHint.${form.kind}`)}
            validationMessage={problemOf('kind')}
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
          <Field
            label={t('numbers:state')}
            hint={t(`numbers:stateHint.${form.state}`)}
            validationMessage={problemOf('state')}
          >
            <Select
              value={form.state}
              onChange={(_, { value }) => setForm({ ...form, state: value as NumberView['state'] })}
            >
              {STATES.map((state) => (
                <option key={state} value={state}>
                  {t(`admin:numberState.${state}`)}
                </option>
              ))}
            </Select>
          </Field>
          <Field
            label={t('numbers:country')}
            hint={t('numbers:countryHint')}
            validationMessage={problemOf('country')}
          >
            <Input
              value={form.country}
              maxLength={2}
              onChange={(_, { value }) => setForm({ ...form, country: value.toUpperCase() })}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
