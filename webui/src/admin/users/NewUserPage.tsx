/** A user to be made. */

import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { type Base, useEditing } from '~/admin/parts/editing';
import { useOrganization } from '~/admin/parts/organization';
import { storedOf } from '~/admin/parts/stored';
import { api, type Schemas } from '~/api/client';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { UserFields } from './UserFields';
import { draftOf, formOf, newUser, partsOf, type UserDraft } from './userDraft';

export function NewUserPage() {
  const { t } = useTranslation('users');
  return (
    <Page title={t('users:newTitle')}>
      <Loaded query={useOrganization()}>{(organization) => <NewUser organization={organization} />}</Loaded>
    </Page>
  );
}

function NewUser({ organization }: { readonly organization: Schemas['OrganizationView'] }) {
  const { t } = useTranslation(['users', 'admin']);
  const navigate = useNavigate();
  const made = useRef('');
  const [domain = ''] = organization.domains;
  const stored = useMemo<Base<UserDraft>>(() => ({ draft: newUser(domain), etag: null }), [domain]);
  const editing = useEditing<UserDraft>({
    stored,
    missing: ({ upn }) => ({ upn: partsOf(upn).name === '' ? t('admin:isMissing') : undefined }),
    save: async (_, draft) => {
      const { item, etag } = await storedOf(api.POST('/api/v1/users', { body: formOf(draft) }));
      made.current = item.upn;
      return { draft: draftOf(item), etag };
    },
    onSaved: () => navigate(`/users/${encodeURIComponent(made.current)}`, { replace: true }),
    done: t('admin:created'),
  });
  return <UserFields editing={editing} user={null} action={t('users:create')} />;
}
