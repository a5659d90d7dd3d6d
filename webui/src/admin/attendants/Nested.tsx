/** An attendant that callers of this one are led to: what it does, below the node that leads there. */

import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOrganization } from '~/admin/parts/organization';
import { api, bodyOf } from '~/api/client';
import { RouterLink } from '~/parts/RouterLink';
import { flowOf, operatorOf } from './attendantDraft';
import { FlowWords } from './FlowWords';

const useStyles = makeStyles({
  nested: { paddingInlineStart: '26px', '@media (max-width: 760px)': { paddingInlineStart: '8px' } },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

export function Nested({ name }: { readonly name: string }) {
  const styles = useStyles();
  const { t } = useTranslation('attendants');
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={styles.nested}>
      <div className={styles.row}>
        <Button
          appearance="subtle"
          size="small"
          icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {t('attendants:whatItDoes', { name })}
        </Button>
        <RouterLink to={`/attendants/${encodeURIComponent(name)}`}>{t('attendants:toIt')}</RouterLink>
      </div>
      {isOpen && <WhatItDoes name={name} />}
    </div>
  );
}

function WhatItDoes({ name }: { readonly name: string }) {
  const { t } = useTranslation('attendants');
  const domains = useOrganization().data?.domains ?? [];
  const query = useQuery({
    queryKey: ['attendants', 'named', name],
    queryFn: () => bodyOf(api.GET('/api/v1/attendants/{key}', { params: { path: { key: name } } })),
  });
  if (query.data === undefined)
    return query.isError ? (
      t('attendants:notThere', { name })
    ) : (
      <Spinner size="tiny" label={t('common:loading')} />
    );
  const { open, language, operator } = query.data;
  return (
    <FlowWords
      label={t('attendants:whatItDoes', { name })}
      flow={flowOf(open, domains, language)}
      operator={operatorOf(operator, domains)}
    />
  );
}
