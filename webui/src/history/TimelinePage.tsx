/** One call's timeline: what happened to it, who was rung and who was not, and why. */

import { Field, makeStyles, Select, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { duration, moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { Page } from '~/parts/Page';
import { RouterLink } from '~/parts/RouterLink';
import { ShownNumber } from '~/parts/ShownNumber';
import { Ladder } from './Ladder';
import { OutcomeBadge } from './OutcomeBadge';
import { agentsIn, type CallTimeline, isOver, stepsOf } from './timeline';
import { useCallTimeline } from './useCallTimeline';
import { WhyNot } from './WhyNot';

const useStyles = makeStyles({
  facts: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalXXL, margin: 0 },
  fact: { display: 'flex', flexDirection: 'column', marginBottom: tokens.spacingVerticalS },
  name: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  value: { margin: 0, overflowWrap: 'anywhere' },
  filter: { maxWidth: '360px' },
});

export function TimelinePage() {
  const { t } = useTranslation('history');
  const { callId = '' } = useParams();
  const told = useCallTimeline(callId);
  return (
    <Page
      title={t('history:timeline.title')}
      actions={<RouterLink to="/history">{t('history:timeline.toAll')}</RouterLink>}
    >
      <Loaded query={told}>{(found) => <Timeline callId={callId} told={found} />}</Loaded>
    </Page>
  );
}

function Timeline({ callId, told }: { readonly callId: string; readonly told: CallTimeline }) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const [agent, setAgent] = useState('');
  const agents = agentsIn(told);
  return (
    <>
      <Facts call={told.call} agents={agents} />
      <Field label={t('history:timeline.onlyAgent')} className={styles.filter}>
        <Select value={agent} onChange={(_, { value }) => setAgent(value)}>
          <option value="">{t('common:all')}</option>
          {[...agents].map(([upn, name]) => (
            <option key={upn} value={upn}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Ladder steps={stepsOf(told, agent)} call={told.call} />
      {isOver(told.call) && <WhyNot callId={callId} queue={told.call.queue} agents={agents} chosen={agent} />}
    </>
  );
}

interface FactsProps {
  readonly call: CallTimeline['call'];
  readonly agents: ReadonlyMap<string, string>;
}

function Facts({ call, agents }: FactsProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('history');
  const agentName = isOver(call) ? call.agent_name : call.agent && (agents.get(call.agent) ?? call.agent);
  const facts = [
    [t('history:caller'), <ShownNumber key="caller" number={call.caller} shown={call.caller_shown} />],
    [t('history:queue'), call.queue ?? '–'],
    [t('history:arrived'), call.arrived_at === null ? '–' : moment(call.arrived_at, i18n.language)],
    ...(isOver(call)
      ? [
          [t('history:waited'), duration(call.waited_s)],
          [t('history:waitedFromArrival'), duration(call.waited_from_arrival_s)],
        ]
      : []),
    [t('history:agent'), agentName ?? '–'],
  ] as const;
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt className={styles.name}>{name}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
      {isOver(call) && call.transferred_from !== null && (
        <div className={styles.fact}>
          <dt className={styles.name}>{t('history:timeline.transferredFrom')}</dt>
          <dd className={styles.value}>
            <RouterLink to={`/history/${encodeURIComponent(call.transferred_from)}`}>
              {t('history:timeline.earlierCall')}
            </RouterLink>
          </dd>
        </div>
      )}
      <div className={styles.fact}>
        <dt className={styles.name}>{t('history:outcome.title')}</dt>
        <dd className={styles.value}>
          {isOver(call) ? (
            <OutcomeBadge outcome={call.outcome} />
          ) : (
            <Text weight="semibold">{t('history:timeline.goesOn')}</Text>
          )}
        </dd>
      </div>
    </dl>
  );
}
