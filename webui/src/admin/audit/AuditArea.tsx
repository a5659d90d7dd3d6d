/** The audit log: who changed what, by which door, from what to what. */

import {
  Body1,
  Button,
  Caption1,
  Field,
  Input,
  makeStyles,
  Select,
  Switch,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDebounced } from '~/admin/parts/debounced';
import { Pages } from '~/admin/parts/ListPage';
import { settingName } from '~/admin/parts/settingNames';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Empty } from '~/parts/Empty';
import { moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { useIsNarrow } from '~/shell/narrow';
import { asQuery, DOORS, type Filter, NO_FILTER, WHATS } from './filter';
import { noteName, valueName } from './words';

type Entry = Schemas['AuditView'];

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
  table: {
    overflowX: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow2,
  },
  cell: {
    overflowWrap: 'anywhere',
    paddingTop: tokens.spacingVerticalS,
    paddingBottom: tokens.spacingVerticalS,
  },
  before: { textDecorationLine: 'line-through', color: tokens.colorNeutralForeground3 },
});

export default function AuditArea() {
  const styles = useStyles();
  const { t } = useTranslation('audit');
  const [filter, setFilter] = useState(NO_FILTER);
  const [page, setPage] = useState(1);
  const mayReadHost = useMay('organizations');
  const [isOfHost, setOfHost] = useState(false);
  const settled = useDebounced(filter);
  const query = useQuery({
    queryKey: ['audit', isOfHost, settled, page],
    queryFn: () => {
      const params = { query: asQuery(settled, page) };
      return bodyOf(
        isOfHost ? api.GET('/api/v1/host/audit', { params }) : api.GET('/api/v1/audit', { params }),
      );
    },
    placeholderData: keepPreviousData,
  });
  const want = (change: Partial<Filter>) => {
    setFilter({ ...filter, ...change });
    setPage(1);
  };
  return (
    <Page title={t('common:nav.audit')}>
      <Body1>{t('audit:about')}</Body1>
      {mayReadHost && (
        <Switch
          label={t('audit:ofHost')}
          checked={isOfHost}
          onChange={(_, { checked }) => {
            setOfHost(checked);
            setPage(1);
          }}
        />
      )}
      <Filters filter={filter} want={want} />
      <Loaded query={query}>
        {({ items, total }) =>
          total === 0 ? (
            <Empty title={t('audit:empty')} />
          ) : (
            <>
              <div className={styles.table}>
                <Entries entries={items} />
              </div>
              <Pages page={page} total={total} onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface FiltersProps {
  readonly filter: Filter;
  readonly want: (change: Partial<Filter>) => void;
}

function Filters({ filter, want }: FiltersProps) {
  const styles = useStyles();
  const { t } = useTranslation('audit');
  return (
    <search className={styles.filters}>
      {(['who', 'key', 'field'] as const).map((name) => (
        <Field key={name} label={t(`audit:${name}`)}>
          <Input value={filter[name]} onChange={(_, { value }) => want({ [name]: value })} />
        </Field>
      ))}
      <Field label={t('audit:what')}>
        <Select value={filter.what} onChange={(_, { value }) => want({ what: value })}>
          <option value="">{t('common:all')}</option>
          {WHATS.map((what) => (
            <option key={what} value={what}>
              {t(`audit:whats.${what}`)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('audit:door')}>
        <Select value={filter.door} onChange={(_, { value }) => want({ door: value })}>
          <option value="">{t('common:all')}</option>
          {DOORS.map((door) => (
            <option key={door} value={door}>
              {t(`audit:doors.${door}`)}
            </option>
          ))}
        </Select>
      </Field>
      {(['from', 'to'] as const).map((name) => (
        <Field key={name} label={t(`audit:${name}`)}>
          <Input type="date" value={filter[name]} onChange={(_, { value }) => want({ [name]: value })} />
        </Field>
      ))}
      <Button onClick={() => want(NO_FILTER)}>{t('audit:clear')}</Button>
    </search>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('audit');
  const isNarrow = useIsNarrow();
  // A later server may know of more ways and things than this page.
  const wordFor = (kind: 'doors' | 'whats', word: string) =>
    i18n.exists(`audit:${kind}.${word}`) ? t(`audit:${kind}.${word}`) : word;
  const titles = isNarrow
    ? (['at', 'what', 'change'] as const)
    : (['at', 'who', 'door', 'what', 'change'] as const);
  return (
    <Table aria-label={t('common:nav.audit')}>
      <TableHeader>
        <TableRow>
          {titles.map((title) => (
            <TableHeaderCell key={title}>{t(`audit:${title}`)}</TableHeaderCell>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {entries.map((entry) => (
          <TableRow key={entry.audit_id}>
            <TableCell className={styles.cell}>
              {moment(entry.at, i18n.language)}
              {isNarrow && <Caption1 block>{entry.who}</Caption1>}
            </TableCell>
            {!isNarrow && (
              <>
                <TableCell className={styles.cell}>{entry.who}</TableCell>
                <TableCell className={styles.cell}>{wordFor('doors', entry.door)}</TableCell>
              </>
            )}
            <TableCell className={styles.cell}>
              {wordFor('whats', entry.what)} {entry.key}
            </TableCell>
            <TableCell className={styles.cell}>
              <Change entry={entry} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** From what to what; a thing that came or went has no field. */
function Change({ entry: { what, field, before, after, note } }: { readonly entry: Entry }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation([
    'audit',
    'accounts',
    'admin',
    'agent',
    'callerid',
    'groups',
    'queues',
    'attendants',
    'settings',
    'users',
  ]);
  if (field === null) return t(after === null ? 'audit:words.removed' : 'audit:words.added');
  const inWords = (value: string) => valueName(what, field, value, t, i18n.exists);
  return (
    <>
      <Text weight="semibold">{settingName(what, field, t, i18n.exists)} </Text>
      {before !== null && <del className={styles.before}>{inWords(before)}</del>}
      {' → '}
      {after === null ? t('audit:nothing') : <ins>{inWords(after)}</ins>}
      {note !== '' && <Text italic> {noteName(note, t)}</Text>}
    </>
  );
}
