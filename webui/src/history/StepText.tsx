/** A step of a timeline in words. */

import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import type { TFunction } from 'i18next';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '~/parts/format';
import type { CallTimeline, Step } from './timeline';

const useStyles = makeStyles({
  text: { overflowWrap: 'anywhere' },
  reason: { display: 'block', color: tokens.colorNeutralForeground3 },
  toggle: { justifyContent: 'start', paddingInline: 0, minWidth: 0, textAlign: 'start' },
  people: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
});

interface Props {
  readonly step: Step;
  readonly call: CallTimeline['call'];
}

export function StepText({ step, call }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  if (step.kind === 'notRung') return <NotRung step={step} />;
  const reason = reasonOf(step);
  return (
    <span className={styles.text}>
      <Text>{wordsOf(step, call, t)}</Text>
      {reason && (
        <Text size={200} className={styles.reason}>
          {reason}
        </Text>
      )}
    </span>
  );
}

/** Who was not rung and why, folded away: it may be many. */
function NotRung({ step: { people } }: { readonly step: Step }) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const [isOpen, setOpen] = useState(people.length === 1);
  const list = useId();
  return (
    <span className={styles.text}>
      <Button
        appearance="transparent"
        className={styles.toggle}
        icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
        aria-expanded={isOpen}
        aria-controls={list}
        onClick={() => setOpen(!isOpen)}
      >
        {t('history:step.notRung', { count: people.length })}
      </Button>
      <ul id={list} className={styles.people} hidden={!isOpen}>
        {people.map(({ agent, name, reason }) => (
          <li key={`${agent} ${reason}`}>
            <Text>{t('history:step.notRungWhy', { agent: name, reason })}</Text>
          </li>
        ))}
      </ul>
    </span>
  );
}

function wordsOf(step: Step, call: CallTimeline['call'], t: TFunction): string {
  const { kind, queue, outcome, seconds } = step;
  const people = step.people.map(({ name }) => name).join(', ');
  const time = seconds === null ? '' : duration(seconds);
  switch (kind) {
    case 'arrival':
      return t('history:step.arrival', { caller: call.caller_shown, queue });
    case 'waiting':
      return seconds !== null && seconds >= 1
        ? t('history:step.waitingAfterGreeting', { queue, time })
        : t('history:step.waiting', { queue });
    case 'ring':
      return t('history:step.ring', { count: step.people.length, people });
    case 'ringEnd':
      return t('history:step.ringEnd', { people, time, outcome: t(`history:ringOutcome.${keyOf(outcome)}`) });
    case 'answer':
      return seconds === null
        ? t('history:step.answer', { people })
        : t('history:step.answerAfter', { people, time });
    case 'waits':
      return t('history:step.waits');
    case 'transfer':
      return t('history:step.transfer', { people });
    case 'exit':
      return t(`history:exit.${keyOf(outcome)}`);
    case 'sentOn':
      return t('history:step.sentOn');
    case 'message':
      return t('history:step.message');
    case 'end':
      return t(`history:step.end.${outcome === 'answered' ? 'answered' : 'other'}`, {
        outcome: t(`history:outcome.${outcome}`),
        time,
      });
    default:
      return people ? `${people} · ${outcome}` : outcome;
  }
}

/** Why, unless that is what was said already. */
function reasonOf({ kind, people, outcome, reason }: Step): string {
  if (reason === outcome) return '';
  if (reason || kind !== 'ring') return reason;
  return [...new Set(people.map((each) => each.reason).filter(Boolean))].join(', ');
}

/** Words of the API as keys of texts: they have blanks. */
function keyOf(word: string): string {
  return word.replaceAll(' ', '-');
}
