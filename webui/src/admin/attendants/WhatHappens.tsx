/** What happens if I call on 14 July at 19:10? The question, and its answer in words. */

import { Body1, Caption1, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDebounced } from '~/admin/parts/debounced';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useSession } from '~/api/session';
import { localeOf } from '~/parts/format';
import { Loaded } from '~/parts/Loaded';
import { type AttendantView, flowOf, operatorOf } from './attendantDraft';
import { FlowWords } from './FlowWords';
import { shown } from './hours';
import { fieldsAt, momentInWords } from './moments';

const useStyles = makeStyles({
  question: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalM },
  field: { minWidth: '150px' },
  answer: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  detail: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly attendant: AttendantView;
  readonly domains: readonly string[];
  /** Something is typed that the answer does not know yet. */
  readonly isChanged: boolean;
}

export function WhatHappens({ attendant, domains, isChanged }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('attendants');
  const { time_zone: usual } = useSession();
  const zone = attendant.time_zone ?? usual;
  const [asked, setAsked] = useState(() => fieldsAt(new Date(), zone));
  const at = useDebounced(asked.day && asked.time && `${asked.day}T${asked.time}`);
  const answer = useQuery({
    queryKey: ['attendants', 'what-happens', attendant, at, i18n.language],
    queryFn: () =>
      bodyOf(
        api.GET('/api/v1/attendants/{key}/what-happens', {
          params: { path: { key: attendant.id }, query: { at } },
        }),
      ),
    enabled: at !== '',
    placeholderData: keepPreviousData,
  });
  return (
    <Section title={t('attendants:whatHappens')} name="what-happens">
      <div className={styles.question}>
        <Field className={styles.field} label={t('attendants:ifCalledOn')}>
          <Input
            type="date"
            min="2000-01-01"
            max="2100-12-31"
            value={asked.day}
            onChange={(_, { value }) => setAsked({ ...asked, day: value })}
          />
        </Field>
        <Field className={styles.field} label={t('attendants:ifCalledAt', { zone })}>
          <Input
            type="time"
            value={asked.time}
            onChange={(_, { value }) => setAsked({ ...asked, time: value })}
          />
        </Field>
      </div>
      {at === '' ? (
        <Caption1 className={styles.detail}>{t('attendants:askSomething')}</Caption1>
      ) : (
        <Loaded query={answer}>
          {(found) => <Answer answer={found} operator={attendant.operator} domains={domains} />}
        </Loaded>
      )}
      {isChanged && <Caption1 className={styles.detail}>{t('attendants:asSaved')}</Caption1>}
    </Section>
  );
}

interface AnswerProps {
  readonly answer: Schemas['WhatHappensView'];
  readonly operator: AttendantView['operator'];
  readonly domains: readonly string[];
}

function Answer({ answer, operator, domains }: AnswerProps) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('attendants');
  const { kind, at, until, time_zone: zone, holiday, hours, reason } = answer;
  const moment = (when: string) => momentInWords(when, zone, localeOf(i18n.language));
  return (
    <div className={styles.answer} role="status">
      <Text weight="semibold">{t(`attendants:answer.${kind}`, { moment: moment(at), holiday, reason })}</Text>
      <Body1>{t('attendants:callersGet')}</Body1>
      <FlowWords
        label={t('attendants:callersGet')}
        flow={flowOf(answer.flow, domains, 'en')}
        operator={operatorOf(operator, domains)}
      />
      <Caption1 className={styles.detail}>
        {kind !== 'holiday' &&
          hours.length > 0 &&
          `${t('attendants:hoursThatDay', { hours: hours.map(shown).join(', ') })} `}
        {until === null ? t('attendants:forEver') : t('attendants:until', { moment: moment(until) })}
      </Caption1>
    </div>
  );
}
