/** The form of a trunk: where calls come from and go to, what we sign in with, and how many there may be. */

import {
  Field,
  Input,
  makeStyles,
  Select,
  Subtitle2,
  Switch,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import { api } from '~/api/client';
import { bodyOfTrunk, draftOfTrunk, TRUNK_FIELDS, type Trunk, type TrunkDraft } from './trunkDraft';

const useStyles = makeStyles({
  part: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    marginTop: tokens.spacingVerticalM,
  },
});

interface Props {
  /** null: a new one. */
  readonly trunk: Trunk | null;
  readonly onClose: () => void;
}

export function TrunkDialog({ trunk, onClose }: Props) {
  const { t } = useTranslation('settings');
  const [draft, setDraft] = useState(() => draftOfTrunk(trunk));
  const change = (part: Partial<TrunkDraft>) => setDraft((before) => ({ ...before, ...part }));
  const act = async () => {
    const body = bodyOfTrunk(draft);
    if (trunk === null) await api.POST('/api/v1/trunks', { body });
    else await api.PATCH('/api/v1/trunks/{key}', { params: { path: { key: trunk.name } }, body });
  };
  return (
    <FormDialog
      title={trunk === null ? t('settings:addTrunk') : trunk.name}
      act={act}
      shown={TRUNK_FIELDS}
      onClose={onClose}
    >
      {(problemOf) => <TrunkForm draft={draft} trunk={trunk} change={change} problemOf={problemOf} />}
    </FormDialog>
  );
}

interface FormProps {
  readonly draft: TrunkDraft;
  readonly trunk: Trunk | null;
  readonly change: (part: Partial<TrunkDraft>) => void;
  readonly problemOf: (field: string) => string | null;
}

type Texts = {
  readonly [Key in keyof TrunkDraft]: TrunkDraft[Key] extends string ? Key : never;
}[keyof TrunkDraft];
type Switches = Exclude<keyof TrunkDraft, Texts>;

function TrunkForm({ draft, trunk, change, problemOf }: FormProps) {
  const { t } = useTranslation('settings');
  const field = (name: Texts | Switches, hint?: string) => ({
    validationMessage: problemOf(name),
    ...(hint !== undefined && { hint }),
  });
  const line = (name: Texts, hint?: string, type: 'text' | 'password' | 'number' = 'text') => (
    <Field label={t(`settings:trunk.${name}`)} {...field(name, hint)}>
      <Input
        type={type}
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        value={draft[name]}
        onChange={(_, { value }) => change({ [name]: value })}
      />
    </Field>
  );
  const lines = (name: Texts, hint: string, placeholder: string) => (
    <Field label={t(`settings:trunk.${name}`)} {...field(name, hint)}>
      <Textarea
        value={draft[name]}
        placeholder={placeholder}
        onChange={(_, { value }) => change({ [name]: value })}
      />
    </Field>
  );
  const toggle = (name: Switches, hint?: string) => (
    <Field {...field(name, hint)}>
      <Switch
        label={t(`settings:trunk.${name}`)}
        checked={draft[name]}
        onChange={(_, { checked }) => change({ [name]: checked })}
      />
    </Field>
  );
  return (
    <>
      <Field label={t('settings:trunk.name')} {...field('name')} required>
        <Input autoComplete="off" value={draft.name} onChange={(_, { value }) => change({ name: value })} />
      </Field>
      {toggle('is_enabled')}
      {lines('addresses', t('settings:trunkHint.addresses'), '192.0.2.10:5060\n198.51.100.0/24')}
      <Part title={t('settings:trunkWhere')}>
        {lines('hosts', t('settings:trunkHint.hosts'), 'sip.provider.example\n192.0.2.11:5070')}
        <Field label={t('settings:trunk.transport')} {...field('transport')}>
          <Select
            value={draft.transport}
            onChange={(_, { value }) => change({ transport: value as TrunkDraft['transport'] })}
          >
            {(['udp', 'tcp', 'tls'] as const).map((each) => (
              <option key={each} value={each}>
                {t(`settings:trunkTransports.${each}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('settings:trunk.encryption')} {...field('encryption')}>
          <Select
            value={draft.encryption}
            onChange={(_, { value }) => change({ encryption: value as TrunkDraft['encryption'] })}
          >
            {(['never', 'offered', 'required'] as const).map((each) => (
              <option key={each} value={each}>
                {t(`settings:trunkEncryptions.${each}`)}
              </option>
            ))}
          </Select>
        </Field>
        {line('options_interval', t('settings:trunkHint.options_interval'), 'number')}
      </Part>
      <Part title={t('settings:trunkSignIn')}>
        {line('username')}
        {line('password', trunk?.has_password ? t('settings:trunkHint.password') : undefined, 'password')}
        {toggle('registers', t('settings:trunkHint.registers'))}
        {toggle('registers_all_numbers', t('settings:trunkHint.registers_all_numbers'))}
      </Part>
      <Part title={t('settings:trunkLimits')}>
        {line('most_calls', t('settings:noLimit'), 'number')}
        {line('most_calls_per_second', t('settings:noLimit'), 'number')}
      </Part>
      <Part title={t('settings:trunkNumbers')}>
        {lines('numbers', t('settings:trunkHint.numbers'), '+1425\n+14255550100')}
        {lines('prefixes_in', t('settings:trunkHint.prefixes_in'), '00>+')}
        {lines('prefixes_out', t('settings:trunkHint.prefixes_out'), '+33>0\n+>00')}
        {toggle('foreign_numbers', t('settings:trunkHint.foreign_numbers'))}
        {toggle('is_trusted', t('settings:trunkHint.is_trusted'))}
      </Part>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.part}>
      <Subtitle2 as="h3">{title}</Subtitle2>
      {children}
    </section>
  );
}
