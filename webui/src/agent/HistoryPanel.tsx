/** My calls of today, what I missed, and the calls for which I was not rung. */

import {
  Body1Strong,
  Button,
  Caption1,
  makeStyles,
  mergeClasses,
  Tab,
  TabList,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import {
  CallDismissRegular,
  CallInboundRegular,
  CallMissedRegular,
  CallRegular,
  PeopleCallRegular,
  QuestionCircleRegular,
} from '@fluentui/react-icons';
import { type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '~/parts/Empty';
import { duration, moment } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import { ShownNumber } from '~/parts/ShownNumber';
import { phone } from '~/phone/phone';
import { usePhone } from '~/phone/usePhone';
import { useIsNarrow } from '~/shell/narrow';
import { Panel } from './Panel';
import { type MyCall, type NotRung, useMyCalls, useNotRung } from './requests';
import { callerName, isHidden } from './words';

const DecisionsDialog = lazily(() => import('./DecisionsDialog'));

const LISTS = ['all', 'missed', 'notRung'] as const;
type List = (typeof LISTS)[number];

const PAGE = 20;

const useStyles = makeStyles({
  table: { tableLayout: 'auto' },
  time: { fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap', width: '1%' },
  cell: {
    overflowWrap: 'break-word',
    paddingTop: tokens.spacingVerticalXS,
    paddingBottom: tokens.spacingVerticalXS,
  },
  what: { display: 'flex', alignItems: 'start', gap: tokens.spacingHorizontalXS },
  icon: { display: 'flex', fontSize: '16px', flexShrink: 0 },
  missed: { color: tokens.colorStatusDangerForeground1 },
  actions: { width: '1%', whiteSpace: 'nowrap' },
  more: { alignSelf: 'start' },
});

export function HistoryPanel() {
  const { t } = useTranslation('agent');
  const [list, setList] = useState<List>('all');
  return (
    <Panel title={t('agent:history.title')}>
      <TabList
        size={useIsNarrow() ? 'small' : 'medium'}
        aria-label={t('agent:history.lists')}
        selectedValue={list}
        onTabSelect={(_, { value }) => setList(LISTS.find((each) => each === value) ?? 'all')}
      >
        {LISTS.map((each) => (
          <Tab key={each} value={each}>
            {t(`agent:history.${each}`)}
          </Tab>
        ))}
      </TabList>
      {list === 'notRung' ? <NotRungCalls /> : <MyCalls isMissedOnly={list === 'missed'} />}
    </Panel>
  );
}

function MyCalls({ isMissedOnly }: { readonly isMissedOnly: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const [limit, setLimit] = useState(PAGE);
  const query = useMyCalls(limit);
  return (
    <Loaded query={query}>
      {({ items, total }) => {
        const shown = isMissedOnly ? items.filter((call) => call.part === 'missed') : items;
        if (shown.length === 0 && total <= items.length)
          return (
            <Empty title={t(isMissedOnly ? 'agent:history.nothingMissed' : 'agent:history.nothing')}>
              {t(isMissedOnly ? 'agent:history.nothingMissedHint' : 'agent:history.nothingHint')}
            </Empty>
          );
        return (
          <>
            <Calls
              label={t('agent:history.title')}
              columns={[t('agent:history.caller'), t('agent:history.what')]}
              hasActions
            >
              {shown.map((call) => (
                <Row
                  key={call.call_id}
                  at={call.arrived_at}
                  head={<CallerName call={call} />}
                  detail={call.queue}
                  actions={<Actions call={call} />}
                >
                  <WhatBecame call={call} />
                </Row>
              ))}
            </Calls>
            {total > items.length && (
              <Button
                className={styles.more}
                disabled={query.isFetching}
                onClick={() => setLimit(limit + 3 * PAGE)}
              >
                {t('agent:history.more')}
              </Button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function NotRungCalls() {
  const { t } = useTranslation('agent');
  const query = useNotRung();
  return (
    <Loaded query={query}>
      {(calls) =>
        calls.length === 0 ? (
          <Empty title={t('agent:history.nothingNotRung')}>{t('agent:history.nothingNotRungHint')}</Empty>
        ) : (
          <Calls
            label={t('agent:history.notRung')}
            columns={[t('agent:history.queue'), t('agent:history.why')]}
          >
            {calls.map((call) => (
              <Row key={call.call_id} at={call.arrived_at} head={call.queue}>
                <WhyNotRung call={call} />
              </Row>
            ))}
          </Calls>
        )
      }
    </Loaded>
  );
}

function WhyNotRung({ call }: { readonly call: NotRung }) {
  const { t } = useTranslation('agent');
  const seconds = Math.round(call.waited_s);
  return (
    <>
      {call.reasons.map((reason) => (
        <span key={reason}>
          {reason}
          <br />
        </span>
      ))}
      <Caption1>
        {call.answered_by === null
          ? t('agent:history.answeredByNobody')
          : t('agent:history.answeredBy', { who: call.answered_by, seconds })}
      </Caption1>
    </>
  );
}

interface CallsProps {
  readonly label: string;
  /** The names of the columns between the time and the actions. */
  readonly columns: readonly string[];
  readonly hasActions?: boolean;
  readonly children: ReactNode;
}

function Calls({ label, columns, hasActions = false, children }: CallsProps) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const isNarrow = useIsNarrow();
  return (
    <Table aria-label={label} size="small" className={styles.table}>
      <TableHeader>
        <TableRow>
          {!isNarrow && <TableHeaderCell className={styles.time}>{t('agent:history.time')}</TableHeaderCell>}
          {columns.map((name) => (
            <TableHeaderCell key={name}>{name}</TableHeaderCell>
          ))}
          {hasActions && !isNarrow && (
            <TableHeaderCell className={styles.actions}>{t('agent:history.actions')}</TableHeaderCell>
          )}
        </TableRow>
      </TableHeader>
      <TableBody>{children}</TableBody>
    </Table>
  );
}

interface RowProps {
  readonly at: string;
  readonly head: ReactNode;
  readonly detail?: string;
  readonly actions?: ReactNode;
  /** What became of the call. */
  readonly children: ReactNode;
}

/** One call. On a narrow screen the time stands below its caller, and the actions below what became of it. */
function Row({ at, head, detail, actions, children }: RowProps) {
  const styles = useStyles();
  const { i18n } = useTranslation();
  const isNarrow = useIsNarrow();
  const time = moment(at, i18n.language);
  return (
    <TableRow>
      {!isNarrow && <TableCell className={styles.time}>{time}</TableCell>}
      <TableCell className={styles.cell}>
        <Body1Strong block>{head}</Body1Strong>
        {detail !== undefined && <Caption1 block>{detail}</Caption1>}
        {isNarrow && <Caption1 block>{time}</Caption1>}
      </TableCell>
      <TableCell className={styles.cell}>
        {children}
        {isNarrow && <div>{actions}</div>}
      </TableCell>
      {actions !== undefined && !isNarrow && <TableCell className={styles.actions}>{actions}</TableCell>}
    </TableRow>
  );
}

function CallerName({ call: { caller, caller_shown } }: { readonly call: MyCall }) {
  const { t } = useTranslation('agent');
  return isHidden(caller) ? callerName(caller, t) : <ShownNumber number={caller} shown={caller_shown} />;
}

/** To call back, and to ask why. */
function Actions({ call: { call_id, caller, caller_shown, queue } }: { readonly call: MyCall }) {
  const { t } = useTranslation('agent');
  const { availability } = usePhone();
  const [isAsking, setAsking] = useState(false);
  const party = callerName(caller_shown, t);
  const target = isHidden(caller) ? null : phone.targetOf(caller);
  const callBack = t('agent:history.callBack', { party });
  const why = t('agent:history.decisions', { party });
  return (
    <>
      {target !== null && (
        <Button
          appearance="subtle"
          icon={<CallRegular />}
          disabled={availability !== 'available'}
          aria-label={callBack}
          title={callBack}
          onClick={() => void phone.call(target, { name: '', number: caller, shown: caller_shown })}
        />
      )}
      <Button
        appearance="subtle"
        icon={<QuestionCircleRegular />}
        aria-label={why}
        title={why}
        onClick={() => setAsking(true)}
      />
      <Suspense>
        {isAsking && (
          <DecisionsDialog callId={call_id} party={party} queue={queue} onClose={() => setAsking(false)} />
        )}
      </Suspense>
    </>
  );
}

function WhatBecame({ call }: { readonly call: MyCall }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const seconds = Math.round(call.waited_s);
  switch (call.part) {
    case 'answered':
      return (
        <span className={styles.what}>
          <CallInboundRegular className={styles.icon} aria-hidden />
          <span>
            {t('agent:history.answered', { seconds })}
            {talked(call, (time) => ` · ${t('agent:history.talked', { time })}`)}
          </span>
        </span>
      );
    case 'answered-elsewhere':
      return (
        <span className={styles.what}>
          <PeopleCallRegular className={styles.icon} aria-hidden />
          {t('agent:history.answeredBy', { who: call.answered_by, seconds })}
        </span>
      );
    case 'declined':
      return (
        <span className={styles.what}>
          <CallDismissRegular className={styles.icon} aria-hidden />
          {t('agent:history.declinedCall')}
        </span>
      );
    case 'missed':
      return (
        <span className={mergeClasses(styles.what, styles.missed)}>
          <CallMissedRegular className={styles.icon} aria-hidden />
          {t('agent:history.missedCall')}
        </span>
      );
  }
}

function talked({ answered_at, ended_at }: MyCall, say: (time: string) => string): string {
  if (answered_at === null || ended_at === null) return '';
  return say(duration((Date.parse(ended_at) - Date.parse(answered_at)) / 1000));
}
