/** The organization's numbers: of which kind they are, and whose. */

import { Body1, Button, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, ArrowImportRegular, EditRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ImportDialog } from '~/admin/parts/ImportDialog';
import { type Column, ListPage } from '~/admin/parts/ListPage';
import { useLinkStyles } from '~/admin/parts/links';
import type { NumberView } from '~/admin/parts/pickers';
import { RemoveButton } from '~/admin/parts/RemoveButton';
import { api, bodyOf } from '~/api/client';
import { useMay } from '~/api/session';
import { NumberDialog } from './NumberDialog';
import { ownerOf } from './owner';

const useStyles = makeStyles({
  warning: { display: 'block', color: tokens.colorStatusWarningForeground1 },
  actions: { display: 'flex' },
});

export default function NumbersArea() {
  const { t } = useTranslation(['numbers', 'admin']);
  const styles = useStyles();
  const mayChange = useMay('change-settings');
  const [edited, setEdited] = useState<NumberView | 'new' | null>(null);
  const [isImporting, setImporting] = useState(false);
  const columns: Column<NumberView>[] = [
    {
      id: 'number',
      title: t('numbers:number'),
      sort: 'number',
      cell: ({ number, warnings }) => (
        <span>
          {number}
          {warnings.map((warning) => (
            <Caption1 key={warning} className={styles.warning}>
              {warning}
            </Caption1>
          ))}
        </span>
      ),
    },
    {
      id: 'kind',
      title: t('numbers:kind'),
      sort: 'kind',
      isMinor: true,
      cell: ({ kind }) => t(`admin:numberKind.${kind}`),
    },
    {
      id: 'state',
      title: t('numbers:state'),
      sort: 'state',
      isMinor: true,
      cell: ({ state }) => t(`admin:numberState.${state}`),
    },
    {
      id: 'country',
      title: t('numbers:country'),
      sort: 'country',
      isMinor: true,
      cell: ({ country }) => country,
    },
    {
      id: 'belongs_to',
      title: t('numbers:belongsTo'),
      sort: 'belongs_to',
      cell: ({ belongs_to }) => <Owner belongsTo={belongs_to} />,
    },
    ...(mayChange
      ? [
          {
            id: 'actions',
            title: t('admin:actions'),
            isTitleHidden: true,
            cell: (number: NumberView) => (
              <span className={styles.actions}>
                <Button
                  appearance="subtle"
                  icon={<EditRegular />}
                  aria-label={t('numbers:editNamed', { number: number.number })}
                  onClick={() => setEdited(number)}
                />
                <Remove number={number.number} />
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <ListPage
        title={t('common:nav.numbers')}
        actions={
          mayChange && (
            <>
              <Button icon={<ArrowImportRegular />} onClick={() => setImporting(true)}>
                {t('admin:import.open')}
              </Button>
              <Button appearance="primary" icon={<AddRegular />} onClick={() => setEdited('new')}>
                {t('numbers:add')}
              </Button>
            </>
          )
        }
        introduction={<Allowance />}
        queryKey={['numbers']}
        read={(query) => bodyOf(api.GET('/api/v1/numbers', { params: { query } }))}
        columns={columns}
        keyOf={({ number }) => number}
        searchLabel={t('numbers:search')}
        empty={{ title: t('numbers:empty'), children: t('numbers:emptyHint') }}
      />
      {edited !== null && (
        <NumberDialog number={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      {isImporting && (
        <ImportDialog
          of="numbers"
          example={'number,kind\n+14255550100,service-toll'}
          onClose={() => setImporting(false)}
        />
      )}
    </>
  );
}

/** How many service numbers the licences allow, where a table bounds them. */
function Allowance() {
  const { t } = useTranslation('numbers');
  const licences = useQuery({ queryKey: ['licences'], queryFn: () => bodyOf(api.GET('/api/v1/licences')) });
  const allowance = licences.data?.service_numbers;
  if (allowance === undefined) return null;
  const { used, allowed } = allowance;
  return (
    <Body1>
      {allowed === null
        ? t('numbers:used', { count: used })
        : t('numbers:usedOf', { count: used, allowed, licences: allowance.phone_system_licences })}
    </Body1>
  );
}

function Owner({ belongsTo }: { readonly belongsTo: string | null }) {
  const links = useLinkStyles();
  const { t } = useTranslation('numbers');
  if (belongsTo === null) return t('numbers:free');
  const owner = ownerOf(belongsTo);
  if (owner === null) return belongsTo;
  return (
    <Link className={links.link} to={owner.path}>
      {owner.name}
    </Link>
  );
}

function Remove({ number }: { readonly number: string }) {
  const { t } = useTranslation(['numbers', 'admin']);
  return (
    <RemoveButton
      title={t('admin:removeTitle', { name: number })}
      label={t('admin:removeNamed', { name: number })}
      remove={() => api.DELETE('/api/v1/numbers/{key}', { params: { path: { key: number } } })}
    >
      {t('numbers:removeText')}
    </RemoveButton>
  );
}
