/** Calls that are over: a table, charts and the service level, all of the same calls. */

import { Button, makeStyles, Spinner, Tab, TabList, tokens } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf } from '~/api/client';
import { useMay } from '~/api/session';
import { lazily } from '~/parts/lazily';
import { Page } from '~/parts/Page';
import { CallTable } from './CallTable';
import { FilterBar } from './FilterBar';
import { queryOf, VIEWS, type View } from './filters';
import { RefusedTable } from './RefusedTable';
import { ServiceLevelTable } from './ServiceLevelTable';
import { useFilters } from './useFilters';

const Charts = lazily(() => import('./Charts'));

const useStyles = makeStyles({
  tabs: { marginInline: `calc(-1 * ${tokens.spacingHorizontalM})` },
});

export function History() {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const { filters, choose } = useFilters();
  const maySeeRefused = useMay('read-audit');
  const wanted = Object.entries(queryOf(filters, new Date())).map(([name, value]) => [name, String(value)]);
  const csv = (
    <Button
      as="a"
      icon={<ArrowDownloadRegular />}
      href={addressOf('/calls.csv', Object.fromEntries(wanted))}
      download="calls.csv"
    >
      {t('history:csv')}
    </Button>
  );
  return (
    <Page title={t('common:nav.history')} actions={csv}>
      <FilterBar />
      <TabList
        className={styles.tabs}
        selectedValue={filters.view}
        onTabSelect={(_, { value }) => choose({ view: value as View })}
      >
        {VIEWS.filter((view) => view !== 'refused' || maySeeRefused).map((view) => (
          <Tab key={view} value={view}>
            {t(`history:view.${view}`)}
          </Tab>
        ))}
      </TabList>
      <div role="tabpanel" aria-label={t(`history:view.${filters.view}`)}>
        {filters.view === 'calls' && <CallTable filters={filters} choose={choose} />}
        {filters.view === 'service-level' && <ServiceLevelTable filters={filters} choose={choose} />}
        {filters.view === 'refused' && <RefusedTable filters={filters} choose={choose} />}
        {filters.view === 'charts' && (
          <Suspense fallback={<Spinner label={t('common:loading')} />}>
            <Charts filters={filters} />
          </Suspense>
        )}
      </div>
    </Page>
  );
}
