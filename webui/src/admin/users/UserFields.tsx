/** The settings of a user, stored or to be made. */

import {
  Caption1,
  Checkbox,
  Input,
  makeStyles,
  Select,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EditFrame } from '~/admin/parts/EditFrame';
import type { Editing } from '~/admin/parts/editing';
import { ControlGroup, NumberSetting, Setting, SwitchSetting, TextSetting } from '~/admin/parts/fields';
import type { Finding } from '~/admin/parts/findings';
import { whole } from '~/admin/parts/listing';
import { useOrganization } from '~/admin/parts/organization';
import { NumberPicker, type NumberView } from '~/admin/parts/pickers';
import { SecretInput } from '~/admin/parts/SecretInput';
import { FoldingSection, Section } from '~/admin/parts/Section';
import { TargetSetting } from '~/admin/targets/TargetSetting';
import { AlsoRing } from '~/agent/AlsoRing';
import { api, bodyOf, type Schemas } from '~/api/client';
import { USER_NUMBERS } from '~/api/numbers';
import { useMay } from '~/api/session';
import {
  countsLicences,
  HOMES,
  LICENCES,
  type Licence,
  named,
  partsOf,
  takesCalls,
  type UserDraft,
  type UserView,
  withCalls,
  withLicence,
} from './userDraft';

const useStyles = makeStyles({
  medium: { maxWidth: '440px' },
  upn: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto minmax(0, 1fr)',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    maxWidth: '440px',
  },
  licences: { display: 'flex', flexDirection: 'column' },
  detail: { color: tokens.colorNeutralForeground2 },
});

interface Props<D extends UserDraft> {
  readonly editing: Editing<D>;
  /** null: yet to be made. */
  readonly user: UserView | null;
  readonly findings?: readonly Finding[];
  readonly action?: string;
  readonly onReload?: () => void;
  /** What stands between the person and the rest. */
  readonly children?: ReactNode;
}

interface PartProps {
  readonly editing: Pick<Editing<UserDraft>, 'draft' | 'set'>;
  readonly isReadOnly: boolean;
}

const RULE = ['forward_to', 'when_busy', 'when_no_answer', 'when_not_reachable'] as const;

export function UserFields<D extends UserDraft>(props: Props<D>) {
  const { editing, user, findings = [], action, onReload, children } = props;
  const { t } = useTranslation('users');
  const isReadOnly = !useMay('change-settings');
  const part = {
    editing: { draft: editing.draft, set: (change: Partial<UserDraft>) => editing.set(change as Partial<D>) },
    isReadOnly,
  };
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`users:settings.${field}`)}
      findings={findings}
      isReadOnly={isReadOnly}
      {...(action !== undefined && { action })}
      {...(onReload !== undefined && { onReload })}
    >
      <Person {...part} isNew={user === null} />
      <Calls {...part} />
      {children}
      <Phone {...part} hasPassword={user?.has_sip_password ?? false} />
      <Elsewhere {...part} />
    </EditFrame>
  );
}

function Person({ editing: { draft, set }, isReadOnly, isNew }: PartProps & { readonly isNew: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const domains = useOrganization().data?.domains ?? [];
  const { name, domain } = partsOf(draft.upn);
  const offered = domains.includes(domain) || domain === '' ? domains : [domain, ...domains];
  return (
    <Section title={t('users:person')}>
      <TextSetting
        name="display_name"
        label={t('users:settings.display_name')}
        value={draft.display_name}
        onChange={(display_name) => set(isNew ? named(draft, display_name) : { display_name })}
      />
      <Setting name="upn" label={t('users:settings.upn')} hint={t('users:hint.upn')} isRequired>
        <ControlGroup className={styles.upn}>
          <Input
            aria-label={t('users:upnName')}
            autoComplete="off"
            value={name}
            readOnly={isReadOnly}
            onChange={(_, { value }) => set({ upn: upnOf(value, domain) })}
          />
          <Text aria-hidden>@</Text>
          <Select
            aria-label={t('users:upnDomain')}
            value={domain}
            disabled={isReadOnly}
            onChange={(_, { value }) => set({ upn: `${name}@${value}` })}
          >
            {offered.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </ControlGroup>
      </Setting>
      {!isNew && (
        <SwitchSetting
          name="is_active"
          label={t('users:settings.is_active')}
          hint={t('users:hint.is_active')}
          isOn={draft.is_active}
          onChange={(is_active) => set({ is_active })}
        />
      )}
    </Section>
  );
}

/** Somebody may also paste the whole. */
function upnOf(typed: string, domain: string): string {
  return typed.includes('@') ? typed.trim() : `${typed.trim()}@${domain}`;
}

function Calls({ editing: { draft, set }, isReadOnly }: PartProps) {
  const { t } = useTranslation('users');
  const organization = useOrganization();
  const lackOf = ({ kind, belongs_to }: NumberView) => {
    if (kind !== 'user') return t('users:notForUsers');
    return belongs_to !== null && belongs_to !== `user ${draft.upn}`
      ? t('users:taken', { owner: belongs_to })
      : undefined;
  };
  const counts = organization.data !== undefined && countsLicences(organization.data);
  return (
    <>
      <Section title={t('users:forCallsSimple')}>
        {!counts && (
          <SwitchSetting
            name="takes_calls"
            label={t('users:takesCalls')}
            hint={t('users:takesCallsHint')}
            isOn={takesCalls(draft)}
            onChange={(isOn) => set(withCalls(draft, isOn))}
          />
        )}
        <Setting name="line_uri" label={t('users:settings.line_uri')} hint={t('users:hint.line_uri')}>
          <NumberPicker
            chosen={draft.line_uri}
            none={t('users:noNumber')}
            placeholder={t('users:noNumber')}
            lackOf={lackOf}
            onType={(text) => set({ line_uri: text.replace(/^tel:/i, '').replaceAll(/[\s.()-]/g, '') })}
            onPick={({ value }) => set({ line_uri: value })}
          />
        </Setting>
        <TextSetting
          name="extension"
          label={t('users:settings.extension')}
          hint={t('users:hint.extension')}
          value={draft.extension}
          onChange={(extension) => set({ extension: extension.trim() })}
        />
      </Section>
      {organization.data !== undefined && (
        <LicencesSection editing={{ draft, set }} isReadOnly={isReadOnly} isFolded={!counts} />
      )}
    </>
  );
}

/** The licences of 2018, which matter where an organization counts them. */
function LicencesSection({
  editing: { draft, set },
  isReadOnly,
  isFolded,
}: PartProps & { readonly isFolded: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  return (
    <FoldingSection
      title={t('users:licencesTitle')}
      about={t('users:forCallsAbout')}
      name="licence"
      fields={['licences', 'voice_enabled', 'homed']}
      summary={t('users:licencesSummary', {
        licences:
          draft.licences.map((each) => t(`users:licence.${each}`)).join(', ') || t('users:noLicences'),
        voice: t(draft.voice_enabled ? 'common:yes' : 'common:no'),
      })}
      isDefault={isFolded}
    >
      <Setting name="licences" label={t('users:settings.licences')}>
        <ControlGroup className={styles.licences}>
          <Licences
            chosen={draft.licences}
            isReadOnly={isReadOnly}
            onChange={(licences) => set({ licences })}
          />
        </ControlGroup>
      </Setting>
      <SwitchSetting
        name="voice_enabled"
        label={t('users:settings.voice_enabled')}
        hint={t('users:hint.voice_enabled')}
        isOn={draft.voice_enabled}
        onChange={(voice_enabled) => set({ voice_enabled })}
      />
      <Setting name="homed" label={t('users:settings.homed')} hint={t('users:hint.homed')}>
        <Select
          className={styles.medium}
          value={draft.homed}
          disabled={isReadOnly}
          onChange={(_, { value }) => set({ homed: value as UserDraft['homed'] })}
        >
          {HOMES.map((home) => (
            <option key={home} value={home}>
              {t(`users:home.${home}`)}
            </option>
          ))}
        </Select>
      </Setting>
    </FoldingSection>
  );
}

interface LicencesProps {
  readonly chosen: readonly Licence[];
  readonly isReadOnly: boolean;
  readonly onChange: (licences: Licence[]) => void;
}

/** Each licence with what it brings, and how many are left. */
function Licences({ chosen, isReadOnly, onChange }: LicencesProps) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const pools = useQuery({ queryKey: ['licences'], queryFn: () => bodyOf(api.GET('/api/v1/licences')) });
  const left = new Map(pools.data?.items.map(({ licence, available }) => [licence, available]));
  return LICENCES.map((licence) => (
    <Checkbox
      key={licence}
      checked={chosen.includes(licence)}
      disabled={isReadOnly}
      onChange={(_, { checked }) => onChange(withLicence(chosen, licence, checked === true))}
      label={
        <>
          {t(`users:licence.${licence}`)}{' '}
          <Caption1 className={styles.detail}>
            {t(`users:brings.${licence}`)} <Left count={left.get(licence)} />
          </Caption1>
        </>
      }
    />
  ));
}

function Left({ count }: { readonly count: Schemas['LicenceView']['available'] | undefined }) {
  const { t } = useTranslation('users');
  return count === null || count === undefined ? null : t('users:left', { count });
}

function Phone({ editing, isReadOnly, hasPassword }: PartProps & { readonly hasPassword: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const { draft, set } = editing;
  return (
    <FoldingSection
      title={t('users:deskPhone')}
      name="desk-phone"
      fields={['sip_password', 'contacts', 'encryption']}
      summary={t('users:phoneSummary')}
      isDefault={!hasPassword && draft.contacts === '' && draft.encryption === ''}
    >
      {!isReadOnly && (
        <Setting
          name="sip_password"
          label={t(hasPassword ? 'users:newSipPassword' : 'users:settings.sip_password')}
          hint={t(hasPassword ? 'users:hint.newSipPassword' : 'users:hint.sip_password')}
        >
          <SecretInput
            className={styles.medium}
            value={draft.sip_password}
            onType={(sip_password) => set({ sip_password })}
          />
        </Setting>
      )}
      <Setting name="contacts" label={t('users:settings.contacts')} hint={t('users:hint.contacts')}>
        <Textarea
          className={styles.medium}
          value={draft.contacts}
          readOnly={isReadOnly}
          placeholder="sip:amal@192.0.2.10:5060"
          onChange={(_, { value }) => set({ contacts: value })}
        />
      </Setting>
      <Setting name="encryption" label={t('users:settings.encryption')} hint={t('users:hint.encryption')}>
        <Select
          className={styles.medium}
          value={draft.encryption}
          disabled={isReadOnly}
          onChange={(_, { value }) => set({ encryption: value as UserDraft['encryption'] })}
        >
          <option value="">{t('users:encryption.byWay')}</option>
          <option value="never">{t('users:encryption.never')}</option>
          <option value="offered">{t('users:encryption.offered')}</option>
          <option value="required">{t('users:encryption.required')}</option>
        </Select>
      </Setting>
    </FoldingSection>
  );
}

/** Where calls go instead, and what calls out show. */
function Elsewhere({ editing: { draft, set }, isReadOnly }: PartProps) {
  const styles = useStyles();
  // The words of who rings beside them, too: else they would be waited for when this is unfolded.
  const { t } = useTranslation(['users', 'admin', 'agent']);
  const domains = useOrganization().data?.domains ?? [];
  const policies = useQuery({
    queryKey: ['policies', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/caller-id-policies', { params: { query } }))),
  });
  return (
    <FoldingSection
      title={t('users:elsewhere')}
      name="elsewhere"
      fields={[
        ...RULE,
        'ring_time',
        'also_ring',
        'voicemail',
        'may_dial',
        'caller_id_policy',
        'hides_number',
      ]}
      summary={t('users:elsewhereSummary')}
      isDefault={
        RULE.every((name) => draft[name] === '') &&
        draft.ring_time === '' &&
        draft.also_ring.length === 0 &&
        draft.voicemail === '' &&
        draft.caller_id_policy === '' &&
        !draft.hides_number &&
        draft.may_dial === ''
      }
    >
      {RULE.map((name) => (
        <TargetSetting
          key={name}
          name={name}
          label={t(`users:settings.${name}`)}
          {...(name === 'forward_to' && { hint: t('users:hint.forward_to') })}
          none={t(name === 'forward_to' ? 'users:noForward' : 'users:usualVoicemail')}
          words={
            name === 'forward_to'
              ? { voicemail: t('users:ownVoicemail') }
              : { voicemail: t('users:ownVoicemail'), off: t('users:nowhere') }
          }
          target={draft[name]}
          domains={domains}
          onChange={(target) => set({ [name]: target })}
        />
      ))}
      <NumberSetting
        name="ring_time"
        label={t('users:settings.ring_time')}
        placeholder={String(USER_NUMBERS.ring_time.default)}
        unit={t('admin:unit.seconds')}
        value={draft.ring_time}
        onChange={(ring_time) => set({ ring_time })}
      />
      <Setting name="also_ring" label={t('users:settings.also_ring')}>
        <ControlGroup className={styles.medium}>
          <AlsoRing
            others={draft.also_ring}
            isReadOnly={isReadOnly}
            onChange={(also_ring) => set({ also_ring })}
          />
        </ControlGroup>
      </Setting>
      <TextSetting
        name="voicemail"
        label={t('users:settings.voicemail')}
        hint={t('users:hint.voicemail')}
        value={draft.voicemail}
        onChange={(voicemail) => set({ voicemail })}
      />
      <Setting name="may_dial" label={t('users:settings.may_dial')} hint={t('users:hint.may_dial')}>
        <Select
          className={styles.medium}
          value={draft.may_dial}
          disabled={isReadOnly}
          onChange={(_, { value }) => set({ may_dial: value as UserDraft['may_dial'] })}
        >
          <option value="">{t('users:mayDial.asSet')}</option>
          <option value="internal">{t('users:mayDial.internal')}</option>
          <option value="national">{t('users:mayDial.national')}</option>
          <option value="international">{t('users:mayDial.international')}</option>
          <option value="premium">{t('users:mayDial.premium')}</option>
        </Select>
      </Setting>
      <Setting
        name="caller_id_policy"
        label={t('users:settings.caller_id_policy')}
        hint={t('users:hint.caller_id_policy')}
      >
        <Select
          className={styles.medium}
          value={draft.caller_id_policy}
          disabled={isReadOnly}
          onChange={(_, { value }) => set({ caller_id_policy: value })}
        >
          <option value="">{t('users:noPolicy')}</option>
          {policies.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Setting>
      <SwitchSetting
        name="hides_number"
        label={t('users:settings.hides_number')}
        hint={t('users:hint.hides_number')}
        isOn={draft.hides_number}
        onChange={(hides_number) => set({ hides_number })}
      />
    </FoldingSection>
  );
}
