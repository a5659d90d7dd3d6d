/** In the bar, for people of the host: the organization that everything else on the pages is about. */

import { makeStyles, Select } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { whole } from '~/admin/parts/listing';
import { api, bodyOf } from '~/api/client';
import { actedFor, actFor } from '~/api/organization';

const useStyles = makeStyles({ picker: { maxWidth: '240px', minWidth: 0 } });

export function OrganizationPicker() {
  const styles = useStyles();
  const { t } = useTranslation();
  const organizations = useQuery({
    queryKey: ['organizations', 'all'],
    queryFn: () => whole((query) => bodyOf(api.GET('/api/v1/organizations', { params: { query } }))),
  });
  const all = (organizations.data ?? []).filter(({ pages }) => pages === null);
  const chosen = actedFor();
  const isKnown = all.some(({ id }) => id === chosen);
  const [first] = all;
  useEffect(() => {
    // Nothing can be shown before one is chosen, where there are several.
    if (first !== undefined && !isKnown) actFor(first.id, window.location.pathname);
  }, [first, isKnown]);
  if (!isKnown) return null;
  return (
    <Select
      className={styles.picker}
      aria-label={t('common:actFor')}
      value={chosen ?? ''}
      onChange={(_, { value }) => actFor(value)}
    >
      {all.map(({ id, organization }) => (
        <option key={id} value={id}>
          {organization}
        </option>
      ))}
    </Select>
  );
}
