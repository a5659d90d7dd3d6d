/** Calls that were turned away before they were anybody's: where they came from, and why. */

import {
  makeStyles,
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
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';
import { Empty } from '~/parts/Empty';
import { moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { ShownNumber } from '~/parts/ShownNumber';
import { useIsNarrow } from '~/shell/narrow';
import { Pages } from './CallTable';
import { type Filters, PAGE_SIZE, stretchOf } from './filters';

type Refused = Schemas['RefusedCallView'];

const useStyles = makeStyles({
  all: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  cell: {
    overflowWrap: 'anywhere',
    paddingTop: tokens.spacingVerticalS,
    paddingBottom: tokens.spacingVerticalS,
  },
  moment: { width: '120px' },
  small: { color: tokens.colorNeutralForeground3, display: 'block' },
});

interface Props {
  readonly filters: Filters;
  readonly choose: (change: Partial<Filters>) => void;
}

export function RefusedTable({ filters, choose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const { page } = filters;
  const query = useQuery({
    queryKey: ['refused-calls', stretchOf(filters, new Date()), page],
    queryFn: () => {
      const stretch = stretchOf(filters, new Date());
      const wanted = { ...stretch, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
      return bodyOf(api.GET('/api/v1/refused-calls', { params: { query: wanted } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ items, total }) => (
        <div className={styles.all} aria-busy={query.isPlaceholderData}>
          <Text>{t('history:refusedAbout')}</Text>
          {items.length === 0 ? (
            <Empty title={t('history:noneRefused')}>{t('history:noneRefusedHint')}</Empty>
          ) : (
            <Calls calls={items} />
          )}
          <Pages page={page} total={total} shown={items.length} onPage={(next) => choose({ page: next })} />
        </div>
      )}
    </Loaded>
  );
}

function Calls({ calls }: { readonly calls: readonly Refused[] }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const isNarrow = useIsNarrow();
  return (
    <Table size="small" aria-label={t('history:view.refused')}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell className={styles.moment}>{t('history:arrived')}</TableHeaderCell>
          {!isNarrow && <TableHeaderCell>{t('history:caller')}</TableHeaderCell>}
          {!isNarrow && <TableHeaderCell>{t('history:dialled')}</TableHeaderCell>}
          <TableHeaderCell>{t('history:whyRefused')}</TableHeaderCell>
          {!isNarrow && <TableHeaderCell>{t('history:source')}</TableHeaderCell>}
        </TableRow>
      </TableHeader>
      <TableBody>
        {calls.map((call) => (
          <TableRow key={`${call.at} ${call.source} ${call.why}`}>
            <TableCell className={styles.cell}>{moment(call.at, i18n.language)}</TableCell>
            {!isNarrow && (
              <TableCell className={styles.cell}>
                <ShownNumber number={call.caller || '–'} shown={call.caller_shown || '–'} />
              </TableCell>
            )}
            {!isNarrow && (
              <TableCell className={styles.cell}>
                <ShownNumber number={call.dialled || '–'} shown={call.dialled_shown || '–'} />
              </TableCell>
            )}
            <TableCell className={styles.cell}>
              {call.reason}
              <Text size={200} className={styles.small}>
                {[
                  call.count > 1 && t('history:refusedCount', { count: call.count }),
                  `SIP ${call.status}`,
                  ...(isNarrow ? [call.caller_shown, call.dialled_shown, call.source] : []),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </TableCell>
            {!isNarrow && <TableCell className={styles.cell}>{call.source}</TableCell>}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
