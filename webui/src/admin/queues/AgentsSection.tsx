/** Who serves a queue: people in order, then groups in order; and who is rung in the end. */

import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  Caption1,
  Field,
  makeStyles,
  Persona,
  Text,
  tokens,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { anchorOf } from '~/admin/parts/anchors';
import { FindingNotes } from '~/admin/parts/FindingNotes';
import { SwitchSetting, useFieldsScope } from '~/admin/parts/fields';
import { findingsAt } from '~/admin/parts/findings';
import { OrderedList } from '~/admin/parts/OrderedList';
import { GroupPicker, PersonPicker } from '~/admin/parts/pickers';
import { FoldingSection, Section } from '~/admin/parts/Section';
import { api, bodyOf } from '~/api/client';
import { QUEUE_NUMBERS } from '~/api/numbers';
import { Loaded } from '~/parts/Loaded';
import type { PartProps } from './partProps';
import { QueueNumber } from './QueueNumber';
import { isUsual, type QueueView, SECTION_FIELDS } from './queueDraft';
import { ReadyNow } from './ReadyNow';

const MOST_SHOWN = 100;

const useStyles = makeStyles({
  people: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  detail: { color: tokens.colorNeutralForeground2 },
  served: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXXL },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
});

interface Props extends PartProps {
  readonly queue: QueueView | null;
}

export function AgentsSection({ editing, queue }: Props) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'admin']);
  const { problemOf, findings, isReadOnly } = useFieldsScope();
  const { draft, set } = editing;
  const rung = useRung(queue);
  const [picked, setPicked] = useState<ReadonlyMap<string, string>>(new Map());
  const everybody = [...(rung.data?.agents ?? []), ...(rung.data?.left_out ?? [])];
  const known = new Map(everybody.map(({ upn, display_name }) => [upn, display_name]));
  const nameOf = (upn: string) => picked.get(upn) ?? known.get(upn) ?? upn;
  const lacks = new Map(rung.data?.left_out.map(({ upn, reason }) => [upn, reason]));
  const agentsProblem = problemOf('agents');
  const groupsProblem = problemOf('groups');
  return (
    <Section title={t('queues:agents')} about={t('queues:agentsAbout')} name="agents-section">
      <div
        id={anchorOf('agents')}
        className={styles.people}
        data-invalid={agentsProblem !== undefined || undefined}
      >
        {!isReadOnly && (
          <Field
            label={t('queues:addAgent')}
            hint={t('queues:hint.agents')}
            {...(agentsProblem !== undefined && { validationMessage: agentsProblem })}
          >
            <PersonPicker
              besides={draft.agents}
              placeholder={t('queues:findPerson')}
              lackOf={({ missing_for_calls: missing }) =>
                missing.length > 0 ? t('queues:lacks', { missing: missing.join(' · ') }) : undefined
              }
              onPick={({ value, text }) => {
                setPicked(new Map(picked).set(value, text));
                set({ agents: [...draft.agents, value] });
              }}
            />
          </Field>
        )}
        {draft.agents.length > 0 && (
          <OrderedList
            label={t('queues:agentsInOrder')}
            items={draft.agents}
            keyOf={(upn) => upn}
            nameOf={nameOf}
            onChange={(agents) => set({ agents })}
            row={(upn) => <Agent upn={upn} name={nameOf(upn)} lack={lacks.get(upn)} />}
          />
        )}
        <FindingNotes findings={findingsAt(findings, 'agents')} />
      </div>
      <div
        id={anchorOf('groups')}
        className={styles.people}
        data-invalid={groupsProblem !== undefined || undefined}
      >
        {!isReadOnly && (
          <Field
            label={t('queues:addGroup')}
            hint={t('queues:hint.groups')}
            {...(groupsProblem !== undefined && { validationMessage: groupsProblem })}
          >
            <GroupPicker
              besides={draft.groups}
              placeholder={t('queues:findGroup')}
              onPick={({ value }) => set({ groups: [...draft.groups, value] })}
            />
          </Field>
        )}
        {draft.groups.length > 0 && (
          <OrderedList
            label={t('queues:groupsInOrder')}
            items={draft.groups}
            keyOf={(name) => name}
            nameOf={(name) => name}
            first={draft.agents.length + 1}
            onChange={(groups) => set({ groups })}
            row={(name) => <Text>{name}</Text>}
          />
        )}
        <FindingNotes findings={findingsAt(findings, 'groups')} />
      </div>
      {queue !== null && <Served queue={queue} rung={rung} />}
    </Section>
  );
}

/** How agents are rung, and whether they may leave the queue's rotation. */
export function RingingSection(part: PartProps) {
  const { t } = useTranslation(['queues', 'admin']);
  const { draft, set } = part.editing;
  return (
    <FoldingSection
      title={t('queues:ringing')}
      name="ringing"
      fields={SECTION_FIELDS.ringing}
      summary={t('queues:summary.alert', {
        seconds: draft.agent_alert_time || QUEUE_NUMBERS.agent_alert_time.default,
        agents: draft.agent_limit || QUEUE_NUMBERS.agent_limit.default,
        optOut: t(draft.allow_opt_out ? 'common:yes' : 'common:no'),
      })}
      isDefault={draft.allow_opt_out && isUsual('agent_limit', draft) && isUsual('agent_alert_time', draft)}
    >
      <QueueNumber name="agent_limit" {...part} />
      <QueueNumber name="agent_alert_time" {...part} />
      <SwitchSetting
        name="allow_opt_out"
        label={t('queues:setting.allow_opt_out')}
        hint={t('queues:hint.allow_opt_out')}
        isOn={draft.allow_opt_out}
        onChange={(allow_opt_out) => set({ allow_opt_out })}
      />
    </FoldingSection>
  );
}

function useRung(queue: QueueView | null) {
  return useQuery({
    queryKey: ['queues', 'agents', queue?.id ?? ''],
    queryFn: () =>
      bodyOf(api.GET('/api/v1/queues/{key}/agents', { params: { path: { key: queue?.id ?? '' } } })),
    enabled: queue !== null,
  });
}

interface AgentProps {
  readonly upn: string;
  readonly name: string;
  readonly lack: string | undefined;
}

function Agent({ upn, name, lack }: AgentProps) {
  const { t } = useTranslation('queues');
  return (
    <Persona
      name={name}
      secondaryText={lack === undefined ? upn : t('queues:leftOut', { reason: lack })}
      avatar={{ 'aria-hidden': true }}
      size="small"
    />
  );
}

interface ServedProps {
  readonly queue: QueueView;
  readonly rung: ReturnType<typeof useRung>;
}

/** As saved: groups expanded, everyone once; who of them is ready now; who is reached but left out, and why. */
function Served({ queue, rung }: ServedProps) {
  const styles = useStyles();
  const { t } = useTranslation('queues');
  return (
    <Loaded query={rung}>
      {({ agents, left_out }) => (
        <Accordion collapsible>
          <AccordionItem value="rung">
            <AccordionHeader>
              <span className={styles.served}>
                {t('queues:agentCount', { count: agents.length })}
                <ReadyNow queue={queue.name} />
                {left_out.length > 0 && (
                  <Badge appearance="tint" color="warning">
                    {t('queues:leftOutCount', { count: left_out.length })}
                  </Badge>
                )}
              </span>
            </AccordionHeader>
            <AccordionPanel>
              <div className={styles.part}>
                <Caption1 className={styles.detail}>{t('queues:rungAbout')}</Caption1>
                <ol className={styles.list}>
                  {agents.slice(0, MOST_SHOWN).map(({ upn, display_name, opted_out }) => (
                    <li key={upn}>
                      {display_name}{' '}
                      <Caption1 className={styles.detail}>
                        {opted_out ? t('queues:optedOut', { upn }) : upn}
                      </Caption1>
                    </li>
                  ))}
                </ol>
                {agents.length > MOST_SHOWN && (
                  <Caption1>{t('queues:andMore', { count: agents.length - MOST_SHOWN })}</Caption1>
                )}
                {left_out.length > 0 && (
                  <>
                    <Text weight="semibold">{t('queues:leftOutTitle')}</Text>
                    <ul className={styles.list}>
                      {left_out.slice(0, MOST_SHOWN).map(({ upn, display_name, reason }) => (
                        <li key={upn}>
                          {display_name} <Caption1 className={styles.detail}>{reason}</Caption1>
                        </li>
                      ))}
                    </ul>
                    {left_out.length > MOST_SHOWN && (
                      <Caption1>{t('queues:andMore', { count: left_out.length - MOST_SHOWN })}</Caption1>
                    )}
                  </>
                )}
              </div>
            </AccordionPanel>
          </AccordionItem>
        </Accordion>
      )}
    </Loaded>
  );
}
