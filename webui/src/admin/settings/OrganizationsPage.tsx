/** For the host: which organizations the server has. */

import { Body1, Button, Field, Input, Link, makeStyles } from '@fluentui/react-components';
import { AddRegular, DeleteRegular, EditRegular, ServerRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import { type Column, ListPart } from '~/admin/parts/ListPage';
import { whole } from '~/admin/parts/listing';
import { linesOf } from '~/admin/users/userDraft';
import { api, bodyOf, type Schemas } from '~/api/client';
import { actedFor, actFor } from '~/api/organization';
import { MoveDialog } from './MoveDialog';

type Organization = Schemas['OrganizationView'];

interface Task {
  readonly what: 'create' | 'rename' | 'move' | 'remove';
  readonly organization: Organization | null;
}

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap' },
  add: { alignSelf: 'start' },
});

export function OrganizationsPage() {
  const styles = useStyles();
  const { t } = useTranslation(['settings', 'admin']);
  const [task, setTask] = useState<Task | null>(null);
  const shards = useQuery({
    queryKey: ['shards'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/shards', { params: { query } }))),
  });
  const others = (shards.data ?? []).filter((each) => !each.is_this).map(({ name }) => name);
  const columns: Column<Organization>[] = [
    { id: 'name', title: t('settings:settings.organization'), cell: ({ organization }) => organization },
    {
      id: 'domains',
      title: t('settings:domains'),
      isMinor: true,
      cell: ({ domains }) => domains.join(', '),
    },
    { id: 'shard', title: t('settings:server'), isMinor: true, cell: ({ shard }) => shard },
    {
      id: 'actions',
      title: t('admin:actions'),
      isTitleHidden: true,
      cell: (organization) =>
        organization.pages === null ? actionsOf(organization) : wayTo(organization.pages),
    },
  ];
  const wayTo = (pages: string) =>
    pages === '' ? null : <Link href={`${pages}${window.location.pathname}`}>{t('common:goThere')}</Link>;
  const actionsOf = (organization: Organization) => (
    <span className={styles.actions}>
      <Button
        appearance="subtle"
        disabledFocusable={actedFor() === organization.id}
        onClick={() => actFor(organization.id)}
      >
        {t(actedFor() === organization.id ? 'settings:actedFor' : 'settings:actFor')}
      </Button>
      <Button
        appearance="subtle"
        icon={<EditRegular />}
        aria-label={t('settings:renameNamed', { name: organization.organization })}
        onClick={() => setTask({ what: 'rename', organization })}
      />
      {others.length > 0 && (
        <Button
          appearance="subtle"
          icon={<ServerRegular />}
          aria-label={t('settings:moveNamed', { name: organization.organization })}
          onClick={() => setTask({ what: 'move', organization })}
        />
      )}
      <Button
        appearance="subtle"
        icon={<DeleteRegular />}
        aria-label={t('admin:removeNamed', { name: organization.organization })}
        onClick={() => setTask({ what: 'remove', organization })}
      />
    </span>
  );
  const close = () => setTask(null);
  return (
    <>
      <Body1>{t('settings:organizationsAbout')}</Body1>
      <Button
        className={styles.add}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setTask({ what: 'create', organization: null })}
      >
        {t('settings:createOrganization')}
      </Button>
      <ListPart
        title={t('settings:parts.organizations')}
        queryKey={['organizations']}
        read={({ search, limit, offset }) =>
          bodyOf(api.GET('/api/v1/organizations', { params: { query: { search, limit, offset } } }))
        }
        columns={columns}
        keyOf={({ id }) => id}
        searchLabel={t('settings:searchOrganizations')}
        empty={{ title: t('settings:noOrganizations') }}
      />
      {task?.what === 'create' && <CreateDialog onClose={close} />}
      {task?.what === 'rename' && task.organization !== null && (
        <RenameDialog organization={task.organization} onClose={close} />
      )}
      {task?.what === 'move' && task.organization !== null && (
        <MoveDialog organization={task.organization} servers={others} onClose={close} />
      )}
      {task?.what === 'remove' && task.organization !== null && (
        <RemoveDialog organization={task.organization} onClose={close} />
      )}
    </>
  );
}

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation(['settings', 'admin']);
  const [name, setName] = useState('');
  const [domains, setDomains] = useState('');
  return (
    <FormDialog
      title={t('settings:createOrganization')}
      action={t('admin:create')}
      act={() =>
        api.POST('/api/v1/organizations', {
          body: { organization: name.trim(), domains: linesOf(domains) } as Schemas['OrganizationFields'],
        })
      }
      shown={['organization', 'domains']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Field
            label={t('settings:settings.organization')}
            validationMessage={problemOf('organization')}
            required
          >
            <Input autoComplete="off" value={name} onChange={(_, { value }) => setName(value)} />
          </Field>
          <Field
            label={t('settings:domains')}
            hint={t('settings:domainsHint')}
            validationMessage={problemOf('domains')}
            required
          >
            <Input autoComplete="off" value={domains} onChange={(_, { value }) => setDomains(value)} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}

interface OneProps {
  readonly organization: Organization;
  readonly onClose: () => void;
}

function RenameDialog({ organization, onClose }: OneProps) {
  const { t } = useTranslation('settings');
  const [name, setName] = useState(organization.organization);
  return (
    <FormDialog
      title={t('settings:renameNamed', { name: organization.organization })}
      action={t('common:save')}
      act={() =>
        api.PATCH('/api/v1/organizations/{key}', {
          params: { path: { key: organization.id } },
          body: { organization: name.trim() },
        })
      }
      shown={['organization']}
      onClose={onClose}
    >
      {(problemOf) => (
        <Field
          label={t('settings:settings.organization')}
          validationMessage={problemOf('organization')}
          required
        >
          <Input autoComplete="off" value={name} onChange={(_, { value }) => setName(value)} />
        </Field>
      )}
    </FormDialog>
  );
}

/** Nothing brings it back, so its name is typed once more. */
function RemoveDialog({ organization, onClose }: OneProps) {
  const { t } = useTranslation(['settings', 'admin']);
  const [confirm, setConfirm] = useState('');
  const remove = async () => {
    const params = { path: { key: organization.id }, query: { confirm } };
    await api.DELETE('/api/v1/organizations/{key}', { params });
    if (actedFor() === organization.id) actFor(null);
  };
  return (
    <FormDialog
      title={t('admin:removeTitle', { name: organization.organization })}
      action={t('common:remove')}
      act={remove}
      isBarred={confirm !== organization.organization}
      shown={['confirm']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Body1>{t('settings:removeOrganizationText')}</Body1>
          <Field
            label={t('settings:typeName', { name: organization.organization })}
            validationMessage={problemOf('confirm')}
            required
          >
            <Input autoComplete="off" value={confirm} onChange={(_, { value }) => setConfirm(value)} />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
