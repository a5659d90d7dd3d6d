/** Who serves a queue: what everybody does, why, and since when. */

import {
  Badge,
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
import { useMay } from '~/api/session';
import { useServerNow } from '~/live/live';
import type { LiveQueue } from '~/live/picture';
import { since } from '~/parts/format';
import { LOOKS } from './agentStates';
import type { AgentOnBoard } from './board';
import { SteerMenu } from './SteerMenu';

const useStyles = makeStyles({
  cell: { overflowWrap: 'anywhere', paddingBlock: tokens.spacingVerticalXS },
  since: { width: '76px', fontVariantNumeric: 'tabular-nums' },
  steer: { width: '48px' },
  small: { color: tokens.colorNeutralForeground3, display: 'block' },
});

interface Props {
  readonly queue: LiveQueue;
  readonly agents: readonly AgentOnBoard[];
}

export function AgentTable({ queue, agents }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const maySteer = useMay('steer-agents');
  const now = useServerNow();
  return (
    <Table size="small" aria-label={t('wallboard:agents.of', { queue: queue.name })}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell>{t('wallboard:agents.agent')}</TableHeaderCell>
          <TableHeaderCell>{t('wallboard:agents.state')}</TableHeaderCell>
          <TableHeaderCell className={styles.since}>{t('wallboard:agents.since')}</TableHeaderCell>
          {maySteer && (
            <TableHeaderCell className={styles.steer} aria-label={t('wallboard:agents.actions')} />
          )}
        </TableRow>
      </TableHeader>
      <TableBody>
        {agents.map((entry) => (
          <TableRow key={entry.agent.id}>
            <TableCell className={styles.cell}>{entry.agent.display_name}</TableCell>
            <TableCell className={styles.cell}>
              <AgentBadge entry={entry} />
              {entry.agent.state !== entry.agent.reason && (
                <Text size={200} className={styles.small}>
                  {entry.agent.reason}
                </Text>
              )}
            </TableCell>
            <TableCell className={styles.since}>{since(entry.agent.since, now)}</TableCell>
            {maySteer && (
              <TableCell className={styles.steer}>
                <SteerMenu queue={queue} entry={entry} />
              </TableCell>
            )}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function AgentBadge({ entry: { state } }: { readonly entry: AgentOnBoard }) {
  const { t } = useTranslation('wallboard');
  const { icon: Icon, colour } = LOOKS[state];
  return (
    <Badge appearance="tint" color={colour} icon={<Icon />}>
      {t(`wallboard:state.${state}`)}
    </Badge>
  );
}
