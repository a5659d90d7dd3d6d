/** One group, to look at, to change or to make. */

import { Caption1, Field, makeStyles, Persona, Select, Text, tokens } from '@fluentui/react-components';
import { PeopleTeamRegular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { anchorOf } from '~/admin/parts/anchors';
import { EditFrame } from '~/admin/parts/EditFrame';
import { type Base, type Editing, useEditing, useSettingInAddress } from '~/admin/parts/editing';
import { useFindings } from '~/admin/parts/FindingNotes';
import { NumberSetting, Setting, TextSetting, useFieldsScope } from '~/admin/parts/fields';
import { findingsAbout } from '~/admin/parts/findings';
import { whole } from '~/admin/parts/listing';
import { OrderedList } from '~/admin/parts/OrderedList';
import { GroupPicker, PersonPicker } from '~/admin/parts/pickers';
import { nameProblem, rangeProblem } from '~/admin/parts/ranges';
import { Section } from '~/admin/parts/Section';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { api, bodyOf } from '~/api/client';
import { GROUP_NUMBERS } from '~/api/numbers';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { MailboxSection } from '~/voicemail/MailboxSection';
import { draftOf, formOf, type GroupDraft, type GroupView, isPerson, KINDS, NEW_GROUP } from './groupDraft';

const useStyles = makeStyles({
  medium: { maxWidth: '440px' },
  members: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  group: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
});

/** What is wrong with a group as it is typed. */
function useCheck() {
  const { t } = useTranslation('admin');
  return ({ name, caller_id_rank }: GroupDraft) => ({
    name: nameProblem(name, t),
    caller_id_rank: rangeProblem(caller_id_rank, GROUP_NUMBERS.caller_id_rank, t),
  });
}

export function NewGroupPage() {
  const { t } = useTranslation(['groups', 'admin']);
  const navigate = useNavigate();
  const check = useCheck();
  const made = useRef('');
  const stored = useMemo<Base<GroupDraft>>(() => ({ draft: NEW_GROUP, etag: null }), []);
  const editing = useEditing<GroupDraft>({
    stored,
    check,
    missing: ({ name }) => ({ name: name === '' ? t('admin:isMissing') : undefined }),
    save: async (_, draft) => {
      const { item, etag } = await storedOf(api.POST('/api/v1/groups', { body: formOf(draft) }));
      made.current = item.id;
      return { draft: draftOf(item), etag };
    },
    onSaved: () => navigate(`/groups/${made.current}`, { replace: true }),
    done: t('admin:created'),
  });
  return (
    <Page title={t('groups:newTitle')}>
      <GroupFields editing={editing} name="" action={t('groups:create')} />
    </Page>
  );
}

export function GroupPage() {
  const { key = '' } = useParams();
  const group = useQuery({
    queryKey: ['groups', 'one', key],
    queryFn: () => storedOf(api.GET('/api/v1/groups/{key}', { params: { path: { key } } })),
  });
  const { t } = useTranslation('groups');
  return (
    <Page title={group.data?.item.name ?? t('groups:one')}>
      <Loaded query={group}>
        {(stored) => (
          <StoredGroup key={stored.item.id} stored={stored} onReload={() => void group.refetch()} />
        )}
      </Loaded>
    </Page>
  );
}

interface StoredProps {
  readonly stored: Stored<GroupView>;
  readonly onReload: () => void;
}

function StoredGroup({ stored, onReload }: StoredProps) {
  const client = useQueryClient();
  const check = useCheck();
  const { id, name } = stored.item;
  useSettingInAddress(useLocation().hash);
  const base = useMemo<Base<GroupDraft>>(
    () => ({ draft: draftOf(stored.item), etag: stored.etag }),
    [stored],
  );
  const editing = useEditing<GroupDraft>({
    stored: base,
    check,
    save: async (changes, draft, etag) => {
      const params = { path: { key: id }, header: ifMatch(etag) };
      const all = formOf(draft);
      // A rank comes and goes with its policy.
      const body = {
        ...(changes.name !== undefined && { name: all.name }),
        ...(changes.kind !== undefined && { kind: all.kind }),
        ...(changes.mail !== undefined && { mail: all.mail ?? null }),
        ...(changes.members !== undefined && { members: all.members }),
        caller_id_policy: all.caller_id_policy ?? null,
        caller_id_rank: all.caller_id_rank ?? null,
      };
      const after = await storedOf(api.PATCH('/api/v1/groups/{key}', { params, body }));
      client.setQueryData(['groups', 'one', id], after);
      return { draft: draftOf(after.item), etag: after.etag };
    },
  });
  return (
    <>
      <GroupFields editing={editing} name={name} onReload={onReload} />
      <MailboxSection box={id} name={name} />
    </>
  );
}

interface FieldsProps {
  readonly editing: Editing<GroupDraft>;
  /** As it is stored; empty: not yet. */
  readonly name: string;
  readonly action?: string;
  readonly onReload?: () => void;
}

function GroupFields({ editing, name, action, onReload }: FieldsProps) {
  const styles = useStyles();
  const { t } = useTranslation('groups');
  const isReadOnly = !useMay('change-settings');
  const findings = useFindings().data ?? [];
  const { draft, set } = editing;
  return (
    <EditFrame
      editing={editing}
      labelOf={(field) => t(`groups:settings.${field}`)}
      findings={name === '' ? [] : findingsAbout(findings, `group ${name}`)}
      isReadOnly={isReadOnly}
      {...(action !== undefined && { action })}
      {...(onReload !== undefined && { onReload })}
    >
      <Section title={t('groups:basics')}>
        <TextSetting
          name="name"
          label={t('groups:settings.name')}
          value={draft.name}
          onChange={(typed) => set({ name: typed })}
          isRequired
        />
        <Setting name="kind" label={t('groups:settings.kind')} hint={t('groups:hint.kind')}>
          <Select
            className={styles.medium}
            value={draft.kind}
            disabled={isReadOnly}
            onChange={(_, { value }) => set({ kind: value as GroupDraft['kind'] })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`groups:kinds.${kind}`)}
              </option>
            ))}
          </Select>
        </Setting>
        <TextSetting
          name="mail"
          label={t('groups:settings.mail')}
          hint={t('groups:hint.mail')}
          value={draft.mail}
          onChange={(mail) => set({ mail })}
        />
      </Section>
      <MembersSection editing={editing} ownName={name} />
      <CallerId editing={editing} isReadOnly={isReadOnly} />
    </EditFrame>
  );
}

interface MembersProps {
  readonly editing: Editing<GroupDraft>;
  readonly ownName: string;
}

function MembersSection({ editing: { draft, set }, ownName }: MembersProps) {
  const styles = useStyles();
  const { t } = useTranslation('groups');
  const { problemOf, isReadOnly } = useFieldsScope();
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const nameOf = (member: string) => names.get(member) ?? member;
  const add = (member: string, name: string) => {
    setNames(new Map(names).set(member, name));
    set({ members: [...draft.members, member] });
  };
  const problem = problemOf('members');
  return (
    <Section title={t('groups:settings.members')} about={t('groups:membersAbout')}>
      <div
        id={anchorOf('members')}
        className={styles.members}
        data-invalid={problem !== undefined || undefined}
      >
        {!isReadOnly && (
          <>
            <Field
              label={t('groups:addPerson')}
              {...(problem !== undefined && { validationMessage: problem })}
            >
              <PersonPicker
                besides={draft.members}
                placeholder={t('groups:findPerson')}
                onPick={({ value, text }) => add(value, text)}
              />
            </Field>
            <Field label={t('groups:addGroup')}>
              <GroupPicker
                besides={[...draft.members, ownName]}
                placeholder={t('groups:findGroup')}
                onPick={({ value }) => add(value, value)}
              />
            </Field>
          </>
        )}
        {draft.members.length === 0 ? (
          <Caption1>{t('groups:noMembers')}</Caption1>
        ) : (
          <OrderedList
            label={t('groups:membersInOrder')}
            items={draft.members}
            keyOf={(member) => member}
            nameOf={nameOf}
            onChange={(members) => set({ members })}
            row={(member) => <Member member={member} name={nameOf(member)} />}
          />
        )}
      </div>
    </Section>
  );
}

function Member({ member, name }: { readonly member: string; readonly name: string }) {
  const styles = useStyles();
  const { t } = useTranslation('groups');
  if (isPerson(member))
    return (
      <Persona
        name={name}
        avatar={{ 'aria-hidden': true }}
        size="small"
        {...(name !== member && { secondaryText: member })}
      />
    );
  return (
    <span className={styles.group}>
      <PeopleTeamRegular aria-hidden fontSize={24} />
      <Text>{member}</Text>
      <Caption1>{t('groups:one')}</Caption1>
    </span>
  );
}

/** Which number the members' calls out show. */
function CallerId({ editing, isReadOnly }: Pick<MembersProps, 'editing'> & { readonly isReadOnly: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('groups');
  const { draft, set } = editing;
  const policies = useQuery({
    queryKey: ['policies', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/caller-id-policies', { params: { query } }))),
  });
  return (
    <Section title={t('groups:callerId')} about={t('groups:callerIdAbout')}>
      <Setting name="caller_id_policy" label={t('groups:settings.caller_id_policy')}>
        <Select
          className={styles.medium}
          value={draft.caller_id_policy}
          disabled={isReadOnly}
          onChange={(_, { value }) => set({ caller_id_policy: value })}
        >
          <option value="">{t('common:none')}</option>
          {policies.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </Setting>
      {draft.caller_id_policy !== '' && (
        <NumberSetting
          name="caller_id_rank"
          label={t('groups:settings.caller_id_rank')}
          hint={t('groups:hint.caller_id_rank')}
          value={draft.caller_id_rank}
          onChange={(caller_id_rank) => set({ caller_id_rank })}
        />
      )}
    </Section>
  );
}
