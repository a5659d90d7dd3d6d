/** Which phone is to get an account of its own. */

import { Field, Input, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import type { Family, NewPhone, PhoneDoor } from './door';
import { FAMILIES, hasMac, makerOf, type PhoneDraft, requestOf } from './families';

interface Props {
  readonly create: PhoneDoor['create'];
  readonly onMade: (made: NewPhone) => void;
  readonly onClose: () => void;
}

export function NewPhoneDialog({ create, onMade, onClose }: Props) {
  const { t, i18n } = useTranslation('phones');
  const [draft, setDraft] = useState<PhoneDraft>({ family: 'linphone', mac: '', name: '' });
  const set = (changes: Partial<PhoneDraft>) => setDraft({ ...draft, ...changes });
  return (
    <FormDialog
      title={t('phones:add')}
      action={t('phones:make')}
      act={async () => onMade(await create(requestOf(draft, i18n.language)))}
      isBarred={hasMac(draft.family) && draft.mac.trim() === ''}
      shown={['family', 'mac', 'name']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Field label={t('phones:familyLabel')} validationMessage={problemOf('family')}>
            <Select value={draft.family} onChange={(_, { value }) => set({ family: value as Family })}>
              {FAMILIES.map((family) => (
                <option key={family} value={family}>
                  {makerOf(family) ?? t('phones:family.other')}
                </option>
              ))}
            </Select>
          </Field>
          {hasMac(draft.family) && (
            <Field
              label={t('phones:mac')}
              hint={t('phones:macHint')}
              validationMessage={problemOf('mac')}
              required
            >
              <Input
                autoComplete="off"
                placeholder="00:15:65:AA:BB:CC"
                value={draft.mac}
                onChange={(_, { value }) => set({ mac: value })}
              />
            </Field>
          )}
          <Field label={t('phones:name')} validationMessage={problemOf('name')}>
            <Input autoComplete="off" value={draft.name} onChange={(_, { value }) => set({ name: value })} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
