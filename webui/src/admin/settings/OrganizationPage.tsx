/** The organization's name, its domains, its limits, and what the server does for it. */

import {
  Badge,
  Button,
  Caption1,
  Field,
  Input,
  makeStyles,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, useEditing } from '~/admin/parts/editing';
import { useFindings } from '~/admin/parts/FindingNotes';
import { NumberSetting, Setting, SwitchSetting, TextSetting } from '~/admin/parts/fields';
import { whole } from '~/admin/parts/listing';
import { useStoredOrganization } from '~/admin/parts/organization';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { nameProblem, rangeProblem } from '~/admin/parts/ranges';
import { Section } from '~/admin/parts/Section';
import { useSettingsChanged } from '~/admin/parts/settingsChanged';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { ApiProblem, api, bodyOf } from '~/api/client';
import { DIALLING_NUMBERS, LIMIT_NUMBERS, ORGANIZATION_NUMBERS, QUOTA_NUMBERS } from '~/api/numbers';
import { useMay, useSession } from '~/api/session';
import { Failure } from '~/parts/Failure';
import { Loaded } from '~/parts/Loaded';
import { useSay } from '~/parts/toasts';
import {
  draftOf,
  MAY_DIAL,
  type MayDial,
  type OrganizationDraft,
  type OrganizationView,
  patchOf,
  QUOTA,
  STAR_CODES,
} from './organizationDraft';
import { QuotaSection } from './QuotaSection';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
    maxWidth: '640px',
  },
  domain: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  name: { flexGrow: 1, overflowWrap: 'anywhere' },
  detail: { color: tokens.colorNeutralForeground2 },
  add: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalS },
});

export function OrganizationPage() {
  const organization = useStoredOrganization();
  return (
    <Loaded query={organization}>
      {(stored) => (
        <>
          <OrganizationForm stored={stored} onReload={() => void organization.refetch()} />
          <Domains />
        </>
      )}
    </Loaded>
  );
}

interface FormProps {
  readonly stored: Stored<OrganizationView>;
  readonly onReload: () => void;
}

function OrganizationForm({ stored, onReload }: FormProps) {
  const { t } = useTranslation(['settings', 'admin']);
  const isReadOnly = !useMay('change-settings');
  const { time_zone: timeZone } = useSession();
  const findings = (useFindings().data ?? []).filter(({ key }) => key === 'organization');
  const base = useMemo<Base<OrganizationDraft>>(
    () => ({ draft: draftOf(stored.item), etag: stored.etag }),
    [stored],
  );
  const editing = useEditing<OrganizationDraft>({
    stored: base,
    check: ({ organization, history_days, limits, quota, dialling }) => ({
      organization: nameProblem(organization, t),
      history_days: rangeProblem(history_days, ORGANIZATION_NUMBERS.history_days, t),
      'limits.max_waiting': rangeProblem(limits.max_waiting, LIMIT_NUMBERS.max_waiting, t),
      'limits.agent_limit': rangeProblem(limits.agent_limit, LIMIT_NUMBERS.agent_limit, t),
      ...Object.fromEntries(
        QUOTA.map((name) => [`quota.${name}`, rangeProblem(quota[name], QUOTA_NUMBERS[name], t)]),
      ),
      'dialling.international_calls_a_day': rangeProblem(
        dialling.international_calls_a_day,
        DIALLING_NUMBERS.international_calls_a_day,
        t,
      ),
      'dialling.international_minutes_a_day': rangeProblem(
        dialling.international_minutes_a_day,
        DIALLING_NUMBERS.international_minutes_a_day,
        t,
      ),
    }),
    save: async (changes, _, etag) => {
      const params = { header: ifMatch(etag) };
      const after = await storedOf(api.PATCH('/api/v1/organization', { params, body: patchOf(changes) }));
      return { draft: draftOf(after.item), etag: after.etag };
    },
  });
  const { draft, set } = editing;
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`settings:settings.${field}`)}
      findings={findings}
      isReadOnly={isReadOnly}
      onReload={onReload}
    >
      <Section title={t('settings:organization')}>
        <TextSetting
          name="organization"
          label={t('settings:settings.organization')}
          value={draft.organization}
          onChange={(organization) => set({ organization })}
          isRequired
        />
        <TextSetting
          name="time_zone"
          label={t('settings:settings.time_zone')}
          hint={t('settings:hint.time_zone')}
          value={draft.time_zone}
          onChange={(time_zone) => set({ time_zone })}
          placeholder={timeZone}
        />
        <SwitchSetting
          name="communication_credits"
          label={t('settings:settings.communication_credits')}
          hint={t('settings:hint.communication_credits')}
          isOn={draft.communication_credits}
          onChange={(communication_credits) => set({ communication_credits })}
        />
        <SwitchSetting
          name="propagation_delay"
          label={t('settings:settings.propagation_delay')}
          hint={t('settings:hint.propagation_delay')}
          isOn={draft.propagation_delay}
          onChange={(propagation_delay) => set({ propagation_delay })}
        />
        <SwitchSetting
          name="queue_name_in_identity"
          label={t('settings:settings.queue_name_in_identity')}
          hint={t('settings:hint.queue_name_in_identity')}
          isOn={draft.queue_name_in_identity}
          onChange={(queue_name_in_identity) => set({ queue_name_in_identity })}
        />
        <SwitchSetting
          name="phones_fetch_settings"
          label={t('settings:settings.phones_fetch_settings')}
          hint={t('settings:hint.phones_fetch_settings')}
          isOn={draft.phones_fetch_settings}
          onChange={(phones_fetch_settings) => set({ phones_fetch_settings })}
        />
        <NumberSetting
          name="history_days"
          label={t('settings:settings.history_days')}
          hint={t('settings:hint.history_days')}
          placeholder={String(ORGANIZATION_NUMBERS.history_days.default)}
          unit={t('admin:unit.days')}
          value={draft.history_days}
          onChange={(history_days) => set({ history_days })}
        />
      </Section>
      <Section title={t('settings:settings.limits')} about={t('settings:limitsAbout')}>
        <NumberSetting
          name="limits.max_waiting"
          label={t('settings:maxWaiting')}
          placeholder={String(LIMIT_NUMBERS.max_waiting.default)}
          unit={t('admin:unit.calls')}
          value={draft.limits.max_waiting}
          onChange={(max_waiting) => set({ limits: { ...draft.limits, max_waiting } })}
        />
        <NumberSetting
          name="limits.agent_limit"
          label={t('settings:agentLimit')}
          placeholder={String(LIMIT_NUMBERS.agent_limit.default)}
          unit={t('admin:unit.agents')}
          value={draft.limits.agent_limit}
          onChange={(agent_limit) => set({ limits: { ...draft.limits, agent_limit } })}
        />
      </Section>
      <QuotaSection value={draft.quota} onChange={(quota) => set({ quota })} stored={stored.item.quota} />
      <Section title={t('settings:settings.dialling')} about={t('settings:diallingAbout')}>
        <TextSetting
          name="dialling.country"
          label={t('settings:country')}
          hint={t('settings:hint.country')}
          value={draft.dialling.country}
          onChange={(country) => set({ dialling: { ...draft.dialling, country } })}
          placeholder="US"
        />
        <Setting
          name="dialling.may_dial"
          label={t('settings:mayDial.label')}
          hint={t('settings:hint.may_dial')}
        >
          <Select
            value={draft.dialling.may_dial}
            disabled={isReadOnly}
            onChange={(_, { value }) => set({ dialling: { ...draft.dialling, may_dial: value as MayDial } })}
          >
            {MAY_DIAL.map((each) => (
              <option key={each} value={each}>
                {t(`settings:mayDial.${each}`)}
              </option>
            ))}
          </Select>
        </Setting>
        <NumberSetting
          name="dialling.international_calls_a_day"
          label={t('settings:callsADay')}
          hint={t('settings:hint.callsADay')}
          placeholder={String(DIALLING_NUMBERS.international_calls_a_day.default)}
          unit={t('admin:unit.calls')}
          value={draft.dialling.international_calls_a_day}
          onChange={(calls) => set({ dialling: { ...draft.dialling, international_calls_a_day: calls } })}
        />
        <NumberSetting
          name="dialling.international_minutes_a_day"
          label={t('settings:minutesADay')}
          hint={t('settings:hint.minutesADay')}
          placeholder={String(DIALLING_NUMBERS.international_minutes_a_day.default)}
          unit={t('admin:unit.minutes')}
          value={draft.dialling.international_minutes_a_day}
          onChange={(minutes) =>
            set({ dialling: { ...draft.dialling, international_minutes_a_day: minutes } })
          }
        />
      </Section>
      <Section title={t('settings:settings.star_codes')} about={t('settings:starCodesAbout')}>
        {STAR_CODES.map((name) => (
          <TextSetting
            key={name}
            name={`star_codes.${name}`}
            label={t(`settings:starCode.${name}`)}
            value={draft.star_codes[name]}
            onChange={(code) => set({ star_codes: { ...draft.star_codes, [name]: code } })}
          />
        ))}
      </Section>
    </EditFrame>
  );
}

/** What addresses end in; the first one is what phone passwords are made for. */
function Domains() {
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'admin']);
  const mayChange = useMay('change-settings');
  const domains = useQuery({
    queryKey: ['domains'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/domains', { params: { query } }))),
  });
  return (
    <Section title={t('settings:domains')} about={t('settings:domainsAbout')}>
      <Loaded query={domains}>
        {(all) => (
          <ul className={styles.list} aria-label={t('settings:domains')}>
            {all.map(({ domain, is_realm, users, queues }) => (
              <li key={domain} className={styles.domain}>
                <span className={styles.name}>
                  <Text weight="semibold">{domain} </Text>
                  {is_realm && <Badge appearance="tint">{t('settings:realm')}</Badge>}
                </span>
                <Caption1 className={styles.detail}>
                  {t('settings:users', { count: users })}, {t('settings:queues', { count: queues })}
                </Caption1>
                {mayChange && (
                  <RemoveButton
                    title={t('admin:removeTitle', { name: domain })}
                    label={t('admin:removeNamed', { name: domain })}
                    remove={() => api.DELETE('/api/v1/domains/{key}', { params: { path: { key: domain } } })}
                  >
                    {t('settings:removeDomainText')}
                  </RemoveButton>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {mayChange && <AddDomain />}
    </Section>
  );
}

function AddDomain() {
  const styles = useStyles();
  const { t } = useTranslation('settings');
  const say = useSay();
  const settingsChanged = useSettingsChanged();
  const [domain, setDomain] = useState('');
  const adding = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/domains', { body: { domain: domain.trim() } })),
    onSuccess: () => {
      say.done(t('common:saved'));
      setDomain('');
      settingsChanged();
    },
  });
  const problem = adding.error instanceof ApiProblem ? adding.error.of('domain') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <form onSubmit={submit}>
      <div className={styles.add}>
        <Field label={t('settings:newDomain')} validationMessage={problem ?? null}>
          <Input
            value={domain}
            autoComplete="off"
            placeholder="contoso.com"
            onChange={(_, { value }) => {
              setDomain(value);
              adding.reset();
            }}
          />
        </Field>
        <Button type="submit" disabled={domain.trim() === '' || adding.isPending}>
          {t('settings:addDomain')}
        </Button>
      </div>
      <Failure error={adding.error} shown={['domain']} />
    </form>
  );
}
