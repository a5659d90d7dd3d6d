/** Who waits in a queue, in order; each leads to the call's timeline. */

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
import { useTranslation } from 'react-i18next';
import { useServerNow } from '~/live/live';
import type { LiveCall } from '~/live/snapshot';
import { since } from '~/parts/format';
import { RouterLink } from '~/parts/RouterLink';
import { ShownNumber } from '~/parts/ShownNumber';

const useStyles = makeStyles({
  place: { width: '48px' },
  waited: { width: '76px', fontVariantNumeric: 'tabular-nums' },
  cell: { overflowWrap: 'anywhere' },
  small: { color: tokens.colorNeutralForeground3, display: 'block' },
});

interface Props {
  readonly queue: string;
  readonly callers: readonly LiveCall[];
  readonly nameOf: (upn: string) => string;
}

export function CallerTable({ queue, callers, nameOf }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const now = useServerNow();
  return (
    <Table size="small" aria-label={t('wallboard:callers.of', { queue })}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell className={styles.place}>{t('wallboard:callers.place')}</TableHeaderCell>
          <TableHeaderCell>{t('wallboard:callers.caller')}</TableHeaderCell>
          <TableHeaderCell className={styles.waited}>{t('wallboard:callers.waited')}</TableHeaderCell>
        </TableRow>
      </TableHeader>
      <TableBody>
        {callers.map((call) => (
          <TableRow key={call.call_id}>
            <TableCell className={styles.place}>{call.position ?? '–'}</TableCell>
            <TableCell className={styles.cell}>
              <RouterLink to={`/history/${encodeURIComponent(call.call_id)}`}>
                <ShownNumber number={call.caller} shown={call.caller_shown} />
              </RouterLink>
              <Text size={200} className={styles.small}>
                {call.ringing.length > 0
                  ? t('wallboard:callers.ringing', { people: call.ringing.map(nameOf).join(', ') })
                  : t(`wallboard:callers.state.${call.state}`)}
              </Text>
            </TableCell>
            <TableCell className={styles.waited}>
              {call.waiting_since === null ? '–' : since(call.waiting_since, now)}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
