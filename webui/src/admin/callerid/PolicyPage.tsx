/** One caller-ID policy, to look at, to change or to make. */

import { Caption1, Radio, RadioGroup } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, type Editing, useEditing } from '~/admin/parts/editing';
import { Setting, SwitchSetting, TextSetting } from '~/admin/parts/fields';
import { whole } from '~/admin/parts/listing';
import { NumberPicker } from '~/admin/parts/pickers';
import { Section } from '~/admin/parts/Section';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { draftOf, formOf, GLOBAL, NEW_POLICY, type PolicyDraft, type PolicyView } from './policyDraft';

const SUBSTITUTES = ['line-uri', 'service', 'anonymous'] as const;

export function NewPolicyPage() {
  const { t } = useTranslation(['callerid', 'admin']);
  const navigate = useNavigate();
  const made = useRef('');
  const stored = useMemo<Base<PolicyDraft>>(() => ({ draft: NEW_POLICY, etag: null }), []);
  const editing = useEditing<PolicyDraft>({
    stored,
    save: async (_, draft) => {
      const { item, etag } = await storedOf(api.POST('/api/v1/caller-id-policies', { body: formOf(draft) }));
      made.current = item.name;
      return { draft: draftOf(item), etag };
    },
    onSaved: () => navigate(`/caller-id/${encodeURIComponent(made.current)}`, { replace: true }),
    done: t('admin:created'),
  });
  return (
    <Page title={t('callerid:newTitle')}>
      <PolicyForm editing={editing} action={t('callerid:create')} />
    </Page>
  );
}

export function PolicyPage() {
  const { key = '' } = useParams();
  const policy = useQuery({
    queryKey: ['policies', 'one', key],
    queryFn: () => storedOf(api.GET('/api/v1/caller-id-policies/{key}', { params: { path: { key } } })),
  });
  return (
    <Page title={key}>
      <Loaded query={policy}>
        {(stored) => <StoredPolicy stored={stored} onReload={() => void policy.refetch()} />}
      </Loaded>
    </Page>
  );
}

interface StoredProps {
  readonly stored: Stored<PolicyView>;
  readonly onReload: () => void;
}

function StoredPolicy({ stored, onReload }: StoredProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const name = useRef(stored.item.name);
  const base = useMemo<Base<PolicyDraft>>(
    () => ({ draft: draftOf(stored.item), etag: stored.etag }),
    [stored],
  );
  const editing = useEditing<PolicyDraft>({
    stored: base,
    save: async (_, draft, etag) => {
      const params = { path: { key: stored.item.name }, header: ifMatch(etag) };
      const put = api.PUT('/api/v1/caller-id-policies/{key}', { params, body: formOf(draft) });
      const after = await storedOf(put);
      name.current = after.item.name;
      client.setQueryData(['policies', 'one', after.item.name], after);
      return { draft: draftOf(after.item), etag: after.etag };
    },
    onSaved: () => navigate(`/caller-id/${encodeURIComponent(name.current)}`, { replace: true }),
  });
  return (
    <>
      <PolicyForm editing={editing} onReload={onReload} isGlobal={stored.item.name === GLOBAL} />
      <Granted policy={stored.item.name} />
    </>
  );
}

interface FormProps {
  readonly editing: Editing<PolicyDraft>;
  readonly action?: string;
  readonly isGlobal?: boolean;
  readonly onReload?: () => void;
}

function PolicyForm({ editing, action, isGlobal = false, onReload }: FormProps) {
  const { t } = useTranslation('callerid');
  const mayChange = useMay('change-settings');
  const { draft, set } = editing;
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`callerid:settings.${field}`)}
      isReadOnly={!mayChange}
      {...(action !== undefined && { action })}
      {...(onReload !== undefined && { onReload })}
    >
      <Section title={t('callerid:basics')} {...(isGlobal && { about: t('callerid:globalAbout') })}>
        {!isGlobal && (
          <TextSetting
            name="name"
            label={t('callerid:settings.name')}
            value={draft.name}
            onChange={(name) => set({ name })}
            isRequired
          />
        )}
        <TextSetting
          name="description"
          label={t('callerid:settings.description')}
          value={draft.description}
          onChange={(description) => set({ description })}
        />
      </Section>
      <Shown editing={editing} />
      <Section title={t('callerid:incoming')}>
        <SwitchSetting
          name="block_incoming_pstn_caller_id"
          label={t('callerid:settings.block_incoming_pstn_caller_id')}
          hint={t('callerid:blockHint')}
          isOn={draft.block_incoming_pstn_caller_id}
          onChange={(isOn) => set({ block_incoming_pstn_caller_id: isOn })}
        />
      </Section>
    </EditFrame>
  );
}

/** What others see of a call out. */
function Shown({ editing: { draft, set } }: { readonly editing: Editing<PolicyDraft> }) {
  const { t } = useTranslation('callerid');
  const mayChange = useMay('change-settings');
  return (
    <Section title={t('callerid:outgoing')}>
      <Setting name="substitute" label={t('callerid:settings.substitute')}>
        <RadioGroup
          value={draft.substitute}
          disabled={!mayChange}
          onChange={(_, { value }) => set({ substitute: value as PolicyDraft['substitute'] })}
        >
          {SUBSTITUTES.map((substitute) => (
            <Radio
              key={substitute}
              value={substitute}
              label={
                <>
                  {t(`callerid:substitutes.${substitute}`)}
                  <br />
                  <Caption1>{t(`callerid:substituteHints.${substitute}`)}</Caption1>
                </>
              }
            />
          ))}
        </RadioGroup>
      </Setting>
      {draft.substitute === 'service' && (
        <Setting name="service_number" label={t('callerid:settings.service_number')} isRequired>
          <NumberPicker
            chosen={draft.service_number}
            lackOf={({ kind }) => (kind === 'user' ? t('callerid:notService') : undefined)}
            onPick={({ value }) => set({ service_number: value })}
          />
        </Setting>
      )}
      <SwitchSetting
        name="enable_user_override"
        label={t('callerid:settings.enable_user_override')}
        hint={t('callerid:overrideHint')}
        isOn={draft.enable_user_override}
        onChange={(isOn) => set({ enable_user_override: isOn })}
      />
      <TextSetting
        name="company_name"
        label={t('callerid:settings.company_name')}
        hint={t('callerid:companyHint')}
        value={draft.company_name}
        onChange={(company_name) => set({ company_name })}
      />
    </Section>
  );
}

/** Whose calls the policy is for, besides those that have no other. */
function Granted({ policy }: { readonly policy: string }) {
  const { t } = useTranslation('callerid');
  const isGranted = (each: { readonly caller_id_policy?: string | null }) => each.caller_id_policy === policy;
  const users = useQuery({
    queryKey: ['users', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/users', { params: { query } }))),
    select: (all) => all.filter(isGranted),
  });
  const groups = useQuery({
    queryKey: ['groups', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/groups', { params: { query } }))),
    select: (all) => all.filter(isGranted),
  });
  const names = [
    ...(users.data ?? []).map(({ display_name, upn }) => display_name || upn),
    ...(groups.data ?? []).map(({ name }) => t('callerid:group', { name })),
  ];
  return (
    <Section title={t('callerid:granted')} about={t('callerid:grantedHint')}>
      {names.length > 0 ? names.join(' · ') : t('callerid:grantedToNobody')}
    </Section>
  );
}
