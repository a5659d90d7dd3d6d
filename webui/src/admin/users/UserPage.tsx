/** One user: what they may do, how they are reached, what they serve, how they sign in. */

import { Badge, Caption1, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams } from 'react-router';
import { type Base, useEditing, useSettingInAddress } from '~/admin/parts/editing';
import { useFindings } from '~/admin/parts/FindingNotes';
import { findingsAbout } from '~/admin/parts/findings';
import { ifMatch, type Stored, storedOf } from '~/admin/parts/stored';
import { api } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { MailboxSection } from '~/voicemail/MailboxSection';
import { CallerIdSection, OwnAccountsSection, PhoneSection, QueuesSection } from './aboutUser';
import { SignInSection } from './SignInSection';
import { UserFields } from './UserFields';
import { RemoveUser } from './UserList';
import { draftOf, patchOf, type UserDraft, type UserView } from './userDraft';

export function UserPage() {
  const { key = '' } = useParams();
  const navigate = useNavigate();
  const mayChange = useMay('change-settings');
  const user = useQuery({
    queryKey: ['users', 'one', key],
    queryFn: () => storedOf(api.GET('/api/v1/users/{key}', { params: { path: { key } } })),
  });
  const item = user.data?.item;
  return (
    <Page
      title={item?.display_name || key}
      actions={
        item !== undefined &&
        mayChange && <RemoveUser user={item} onRemoved={() => navigate('/users', { replace: true })} />
      }
    >
      <Loaded query={user}>
        {(stored) => <StoredUser key={stored.item.id} stored={stored} onReload={() => void user.refetch()} />}
      </Loaded>
    </Page>
  );
}

interface Props {
  readonly stored: Stored<UserView>;
  readonly onReload: () => void;
}

function StoredUser({ stored, onReload }: Props) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const findings = useFindings().data ?? [];
  const mayManageAccounts = useMay('accounts');
  const user = stored.item;
  const upn = useRef(user.upn);
  useSettingInAddress(useLocation().hash);
  const base = useMemo<Base<UserDraft>>(() => ({ draft: draftOf(stored.item), etag: stored.etag }), [stored]);
  const editing = useEditing<UserDraft>({
    stored: base,
    save: async (changes, _, etag) => {
      const params = { path: { key: user.id }, header: ifMatch(etag) };
      const patch = api.PATCH('/api/v1/users/{key}', { params, body: patchOf(changes) });
      const after = await storedOf(patch);
      upn.current = after.item.upn;
      client.setQueryData(['users', 'one', after.item.upn], after);
      return { draft: draftOf(after.item), etag: after.etag };
    },
    onSaved: () => navigate(`/users/${encodeURIComponent(upn.current)}`, { replace: true }),
  });
  return (
    <>
      <State user={user} />
      <UserFields
        editing={editing}
        user={user}
        findings={findingsAbout(findings, `user ${user.upn}`)}
        onReload={onReload}
      />
      <PhoneSection user={user} />
      <OwnAccountsSection user={user} />
      <MailboxSection box={user.id} name={user.display_name || user.upn} />
      <CallerIdSection user={user} />
      <QueuesSection user={user} />
      {mayManageAccounts && <SignInSection upn={user.upn} />}
    </>
  );
}

function State({ user }: { readonly user: UserView }) {
  const { t } = useTranslation('users');
  return (
    <>
      <div>
        <Caption1>{user.upn} </Caption1>
        {!user.is_active && <Badge appearance="tint">{t('users:inactive')}</Badge>}
      </div>
      {user.missing_for_calls.length > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('users:cannotCallSince', { missing: user.missing_for_calls.join(' · ') })}
          </MessageBarBody>
        </MessageBar>
      )}
      {user.warnings.map((warning) => (
        <MessageBar key={warning} intent="warning" layout="multiline">
          <MessageBarBody>{warning}</MessageBarBody>
        </MessageBar>
      ))}
    </>
  );
}
