/** A page that lists the things of one kind: search, columns to sort by, parts of fifty. */

import {
  Button,
  Caption1,
  makeStyles,
  mergeClasses,
  SearchBox,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import { ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Empty } from '~/parts/Empty';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { useIsNarrow } from '~/shell/narrow';
import { useDebounced } from './debounced';
import { directionOf, pageCount, paramsOf, queryOf, sortedNext, type Wanted, wantedIn } from './listing';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** The name of the setting by which the API sorts; without one the column cannot be sorted by. */
  readonly sort?: string;
  /** Left out on a phone. */
  readonly isMinor?: boolean;
  readonly isNumber?: boolean;
  /** Takes more room than others where there is room. */
  readonly isWide?: boolean;
  /** The title is for screen readers only, as that of buttons is. */
  readonly isTitleHidden?: boolean;
  readonly cell: (item: T) => ReactNode;
}

export interface Listing<T> {
  readonly items: readonly T[];
  readonly total: number;
}

interface Props<T> {
  readonly title: string;
  /** What can be done with the whole: a button to create one, say. */
  readonly actions?: ReactNode;
  readonly introduction?: ReactNode;
  /** What the items are in the query cache: `['queues']`. */
  readonly queryKey: readonly string[];
  readonly read: (query: ReturnType<typeof queryOf>) => Promise<Listing<T>>;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string;
  readonly searchLabel: string;
  /** Stands in the place of the list while there is nothing at all. */
  readonly empty: { readonly title: string; readonly children?: ReactNode };
}

const useStyles = makeStyles({
  tools: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  search: { width: '320px', maxWidth: '100%' },
  table: {
    overflowX: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow2,
  },
  pages: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  cell: { paddingBlock: tokens.spacingVerticalXS, overflowWrap: 'anywhere' },
  number: { textAlign: 'end', fontVariantNumeric: 'tabular-nums' },
  numberHead: { '& > *': { justifyContent: 'flex-end' } },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
  wideHead: { width: '240px' },
  buttonsHead: { width: '88px' },
  // What is shown is of the search before, until the answer is there.
  stale: { opacity: 0.6 },
});

export function ListPage<T>(props: Props<T>) {
  const { title, actions, introduction } = props;
  return (
    <Page title={title} actions={actions}>
      {introduction}
      <ListPart {...props} />
    </Page>
  );
}

/** A list below the heading of another page. */
export function ListPart<T>(props: Omit<Props<T>, 'actions' | 'introduction'>) {
  const { queryKey, read, searchLabel, empty } = props;
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const [address, setAddress] = useSearchParams();
  const wanted = wantedIn(address);
  const want = (change: Partial<Wanted>) =>
    setAddress(paramsOf({ ...wanted, page: 1, ...change }), { replace: true });
  const query = useQuery({
    queryKey: [...queryKey, 'list', wanted],
    queryFn: () => read(queryOf(wanted)),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className={styles.tools}>
        <Search label={searchLabel} value={wanted.search} onSearch={(search) => want({ search })} />
        {query.isFetching && query.isPlaceholderData && (
          <Spinner size="tiny" aria-label={t('common:loading')} />
        )}
        <Caption1 aria-live="polite">
          {query.data !== undefined && t('admin:count', { count: query.data.total })}
        </Caption1>
      </div>
      <Loaded query={query}>
        {(listing) =>
          listing.total > 0 ? (
            <>
              <div className={mergeClasses(styles.table, query.isPlaceholderData && styles.stale)}>
                <Rows {...props} listing={listing} sort={wanted.sort} onSort={(sort) => want({ sort })} />
              </div>
              <Pages page={wanted.page} total={listing.total} onPage={(page) => want({ page })} />
            </>
          ) : wanted.search ? (
            <Empty title={t('admin:nothingFound', { search: wanted.search })} />
          ) : (
            <Empty {...empty} />
          )
        }
      </Loaded>
    </>
  );
}

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

/** Searches when somebody pauses in typing. */
function Search({ label, value, onSearch }: SearchProps) {
  const styles = useStyles();
  const [text, setText] = useState(value);
  const settled = useDebounced(text);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts a search
  useEffect(() => {
    if (settled !== value) onSearch(settled);
  }, [settled]);
  return (
    <SearchBox
      className={styles.search}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(_, data) => setText(data.value)}
    />
  );
}

interface RowsProps<T> extends Props<T> {
  readonly listing: Listing<T>;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

function Rows<T>({ title, columns, listing, keyOf, sort, onSort }: RowsProps<T>) {
  const styles = useStyles();
  const isNarrow = useIsNarrow();
  const shown = columns.filter((column) => !(isNarrow && column.isMinor));
  return (
    <Table aria-label={title} size="medium">
      <TableHeader>
        <TableRow>
          {shown.map(({ id, title, sort: by, isNumber, isWide, isTitleHidden = false }) => (
            <TableHeaderCell
              key={id}
              className={mergeClasses(
                isNumber && styles.numberHead,
                isWide && !isNarrow && styles.wideHead,
                isTitleHidden && isNarrow && styles.buttonsHead,
              )}
              {...(by !== undefined && sorting(sort, by, onSort))}
            >
              {isTitleHidden ? <span className={styles.hidden}>{title}</span> : title}
            </TableHeaderCell>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {listing.items.map((item) => (
          <TableRow key={keyOf(item)}>
            {shown.map(({ id, isNumber, cell }) => (
              <TableCell key={id} className={mergeClasses(styles.cell, isNumber && styles.number)}>
                {cell(item)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function sorting(sort: string, by: string, onSort: (sort: string) => void) {
  const sortDirection = directionOf(sort, by);
  return {
    sortable: true,
    ...(sortDirection !== undefined && { sortDirection }),
    onClick: () => onSort(sortedNext(sort, by)),
  };
}

interface PagesProps {
  readonly page: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

export function Pages({ page, total, onPage }: PagesProps) {
  const styles = useStyles();
  const { t } = useTranslation('admin');
  const pages = pageCount(total);
  if (pages === 1 && page === 1) return null;
  return (
    <nav className={styles.pages} aria-label={t('admin:pages')}>
      <Button
        icon={<ChevronLeftRegular />}
        aria-label={t('admin:pageBefore')}
        disabled={page <= 1}
        onClick={() => onPage(Math.min(page - 1, pages))}
      />
      <Caption1 aria-live="polite">{t('admin:page', { page, pages })}</Caption1>
      <Button
        icon={<ChevronRightRegular />}
        aria-label={t('admin:pageAfter')}
        disabled={page >= pages}
        onClick={() => onPage(page + 1)}
      />
    </nav>
  );
}
