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
import { type LiveQueue, saysMore } from '~/live/snapshot';
import { since } from '~/parts/format';
import { useHiddenStyles } from '~/parts/hidden';
import { LOOKS } from './agentStates';
import type { AgentOnBoard } from './board';
import { SteerMenu } from './SteerMenu';

const useStyles = makeStyles({
  cell: {
    overflowWrap: 'anywhere',
    paddingTop: tokens.spacingVerticalXS,
    paddingBottom: tokens.spacingVerticalXS,
  },
  since: { fontVariantNumeric: 'tabular-nums' },
  agent: { width: '28%' },
  now: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: tokens.spacingHorizontalS },
  badge: { whiteSpace: 'nowrap', flexShrink: 0 },
  steer: { width: '32px' },
  small: { color: tokens.colorNeutralForeground3, display: 'block' },
});

interface Props {
  readonly queue: LiveQueue;
  readonly agents: readonly AgentOnBoard[];
}

export function AgentTable({ queue, agents }: Props) {
  const styles = useStyles();
  const hidden = useHiddenStyles();
  const { t } = useTranslation('wallboard');
  const maySteer = useMay('steer-agents');
  const now = useServerNow();
  const timeOf = ({ agent }: AgentOnBoard) => since(agent.since, now);
  return (
    <Table size="small" aria-label={t('wallboard:agents.of', { queue: queue.name })}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell className={styles.agent}>{t('wallboard:agents.agent')}</TableHeaderCell>
          <TableHeaderCell>{t('wallboard:agents.state')}</TableHeaderCell>
          {maySteer && (
            <TableHeaderCell className={styles.steer}>
              <span className={hidden.hidden}>{t('wallboard:agents.actions')}</span>
            </TableHeaderCell>
          )}
        </TableRow>
      </TableHeader>
      <TableBody>
        {agents.map((entry) => (
          <TableRow key={entry.agent.id}>
            <TableCell className={styles.cell}>{entry.agent.display_name}</TableCell>
            <TableCell className={styles.cell}>
              <span className={styles.now}>
                <AgentBadge entry={entry} />
                <Text
                  className={styles.since}
                  aria-label={t('wallboard:agents.since', { time: timeOf(entry) })}
                >
                  {timeOf(entry)}
                </Text>
              </span>
              {saysMore(entry.agent) && (
                <Text size={200} className={styles.small}>
                  {entry.agent.reason}
                </Text>
              )}
            </TableCell>
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
  const styles = useStyles();
  const { t } = useTranslation('wallboard');
  const { icon: Icon, colour } = LOOKS[state];
  return (
    <Badge className={styles.badge} appearance="tint" color={colour} icon={<Icon />}>
      {t(`wallboard:state.${state}`)}
    </Badge>
  );
}
