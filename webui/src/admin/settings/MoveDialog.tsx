/** For the host: an organization is given to another server on the database. */

import { Body1, Field, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '~/admin/parts/FormDialog';
import { api, bodyOf, type Schemas } from '~/api/client';
import { actedFor, actFor } from '~/api/organization';

interface Props {
  readonly organization: Schemas['OrganizationView'];
  readonly servers: readonly string[];
  readonly onClose: () => void;
}

export function MoveDialog({ organization, servers, onClose }: Props) {
  const { t } = useTranslation('settings');
  const [shard, setShard] = useState(servers[0] ?? '');
  const [filesLeft, setFilesLeft] = useState(0);
  const move = async () => {
    const params = { path: { key: organization.id } };
    for (;;) {
      const request = api.POST('/api/v1/organizations/{key}/move', { params, body: { shard } });
      const { is_moved, files_left } = await bodyOf(request);
      if (is_moved) break;
      setFilesLeft(files_left);
    }
    if (actedFor() === organization.id) actFor(null);
  };
  return (
    <FormDialog
      title={t('settings:moveNamed', { name: organization.organization })}
      action={t('settings:move')}
      act={move}
      shown={['shard']}
      onClose={onClose}
    >
      {(problemOf) => (
        <>
          <Body1>{t('settings:moveText')}</Body1>
          <Field label={t('settings:server')} validationMessage={problemOf('shard')} required>
            <Select value={shard} onChange={(_, { value }) => setShard(value)}>
              {servers.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          </Field>
          {filesLeft > 0 && <Body1>{t('settings:filesLeft', { count: filesLeft })}</Body1>}
        </>
      )}
    </FormDialog>
  );
}
