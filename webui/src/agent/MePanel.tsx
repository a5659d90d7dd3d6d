/** What I am doing: my state with its clock, presence, pause, wrap-up. */

import {
  Badge,
  Body1,
  Button,
  Caption1,
  Field,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Select,
  tokens,
} from '@fluentui/react-components';
import { PauseRegular, PlayRegular } from '@fluentui/react-icons';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive, useServerNow } from '~/live/live';
import { type LiveAgent, saysMore } from '~/live/snapshot';
import { lookOf } from '~/parts/agentLooks';
import { duration, since } from '~/parts/format';
import { lazily } from '~/parts/lazily';
import { Panel } from './Panel';
import { type Me, type Presence, useChoosePresence, usePause, useResume } from './requests';

const PauseDialog = lazily(() => import('./PauseDialog'));

const useStyles = makeStyles({
  state: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  clock: { fontVariantNumeric: 'tabular-nums' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  // Else a select is as wide as its longest option.
  narrow: { minWidth: 0 },
});

const PRESENCES: readonly Presence[] = ['available', 'busy', 'do-not-disturb', 'away', 'offline'];
const AUTOMATIC = 'automatic';
const REASONS = ['break', 'lunch', 'meeting', 'training'] as const;

export function MePanel({ me }: { readonly me: Me }) {
  const { t } = useTranslation('agent');
  const { snapshot } = useLive();
  const agent = snapshot?.agents.get(me.user.id) ?? me.now?.agent ?? null;
  return (
    <Panel title={t('agent:me.title')}>
      {agent === null ? (
        <Body1>{t(me.queues.length === 0 ? 'agent:me.noAgent' : 'agent:me.state.unknown')}</Body1>
      ) : (
        <State agent={agent} />
      )}
      <PresenceChoice me={me} presence={agent?.presence ?? me.now?.presence ?? null} />
      {agent !== null && <Pausing agent={agent} />}
    </Panel>
  );
}

function State({ agent }: { readonly agent: LiveAgent }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const now = useServerNow();
  const { colour, icon: Icon } = lookOf(agent.state);
  const name = t(`agent:me.state.${agent.state}`, { defaultValue: agent.state });
  const isCounting = agent.state === 'wrap-up' && agent.until !== null;
  return (
    <div>
      <div className={styles.state}>
        <Badge appearance="tint" size="large" color={colour} icon={<Icon />} role="status">
          {name}
        </Badge>
        <Caption1 className={styles.clock}>
          {isCounting && agent.until !== null
            ? t('agent:me.wrapUpLeft', { time: duration((Date.parse(agent.until) - now) / 1000) })
            : t('agent:me.since', { time: since(agent.since, now) })}
        </Caption1>
      </div>
      {!isCounting && saysMore(agent) && <Caption1 block>{agent.reason}</Caption1>}
    </div>
  );
}

function PresenceChoice({ me, presence }: { readonly me: Me; readonly presence: string | null }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const name = (key: string) => t(`agent:me.presenceOf.${key}`);
  const choose = useChoosePresence((chosen) =>
    t('agent:me.presenceSet', { presence: name(chosen ?? AUTOMATIC) }),
  );
  const isChosen = choose.isPending ? choose.variables !== null : (me.now?.is_presence_chosen ?? false);
  const shown = choose.isPending ? choose.variables : presence;
  const known = isChosen || choose.isPending ? null : presence;
  return (
    <Field label={t('agent:me.presence')}>
      <Select
        select={{ className: styles.narrow }}
        disabled={me.now === null || choose.isPending}
        value={isChosen ? (shown ?? AUTOMATIC) : AUTOMATIC}
        onChange={(_, { value }) => choose.mutate(PRESENCES.find((each) => each === value) ?? null)}
      >
        <option value={AUTOMATIC}>
          {known === null ? t('agent:me.automatic') : t('agent:me.automaticNow', { presence: name(known) })}
        </option>
        {PRESENCES.map((each) => (
          <option key={each} value={each}>
            {name(each)}
          </option>
        ))}
      </Select>
    </Field>
  );
}

/** Pause and back, and the early end of wrap-up. */
function Pausing({ agent }: { readonly agent: LiveAgent }) {
  const styles = useStyles();
  const { t } = useTranslation('agent');
  const [isAsking, setAsking] = useState(false);
  const pause = usePause(() => t('agent:me.paused'));
  const isWrapUp = agent.state === 'wrap-up';
  const resume = useResume(() => t(isWrapUp ? 'agent:me.wrapUpEnded' : 'agent:me.resumed'));
  const isBusy = pause.isPending || resume.isPending;
  return (
    <div className={styles.actions}>
      {(isWrapUp || agent.state === 'paused') && (
        <Button appearance="primary" icon={<PlayRegular />} disabled={isBusy} onClick={() => resume.mutate()}>
          {t(isWrapUp ? 'agent:me.endWrapUp' : 'agent:me.resume')}
        </Button>
      )}
      {agent.state !== 'paused' && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button icon={<PauseRegular />} disabled={isBusy}>
              {t('agent:me.pause')}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList aria-label={t('agent:me.pauseReason')}>
              <MenuItem onClick={() => pause.mutate('')}>{t('agent:me.reasons.none')}</MenuItem>
              {REASONS.map((reason) => (
                <MenuItem key={reason} onClick={() => pause.mutate(t(`agent:me.reasons.${reason}`))}>
                  {t(`agent:me.reasons.${reason}`)}
                </MenuItem>
              ))}
              <MenuItem onClick={() => setAsking(true)}>{t('agent:me.reasons.other')}</MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
      <Suspense>{isAsking && <PauseDialog onClose={() => setAsking(false)} />}</Suspense>
    </div>
  );
}
