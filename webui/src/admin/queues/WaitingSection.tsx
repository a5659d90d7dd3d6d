/** What callers are told while they wait, over the music. */

import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { SpokenSetting } from '~/admin/audio/SpokenSetting';
import { ControlGroup, Setting, SwitchSetting, useFieldsScope } from '~/admin/parts/fields';
import { OrderedList } from '~/admin/parts/OrderedList';
import { FoldingSection } from '~/admin/parts/Section';
import type { PartProps } from './partProps';
import { QueueNumber } from './QueueNumber';
import { isUsual, MOST_MESSAGES, type QueueDraft, SECTION_FIELDS, withMessage } from './queueDraft';

const useStyles = makeStyles({
  messages: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'stretch',
    gap: tokens.spacingVerticalM,
  },
  add: { alignSelf: 'start' },
});

export function WaitingSection(part: PartProps) {
  const { t } = useTranslation('queues');
  const { draft, set } = part.editing;
  const { messages, announce_position, announce_wait, announce_to_agent } = draft;
  const isTold = announce_position || announce_wait;
  return (
    <FoldingSection
      title={t('queues:waiting')}
      about={t('queues:waitingAbout')}
      name="waiting"
      fields={SECTION_FIELDS.waiting}
      summary={summaryOf(draft, t)}
      isDefault={
        messages.length === 0 &&
        !isTold &&
        !announce_to_agent &&
        isUsual('message_interval', draft) &&
        isUsual('announce_interval', draft)
      }
    >
      <Messages {...part} />
      {messages.length > 0 && <QueueNumber name="message_interval" {...part} />}
      <SwitchSetting
        name="announce_position"
        label={t('queues:setting.announce_position')}
        hint={t('queues:hint.announce_position')}
        isOn={announce_position}
        onChange={(isOn) => set({ announce_position: isOn })}
      />
      <SwitchSetting
        name="announce_wait"
        label={t('queues:setting.announce_wait')}
        hint={t('queues:hint.announce_wait')}
        isOn={announce_wait}
        onChange={(isOn) => set({ announce_wait: isOn })}
      />
      {isTold && <QueueNumber name="announce_interval" {...part} />}
      <SwitchSetting
        name="announce_to_agent"
        label={t('queues:setting.announce_to_agent')}
        hint={t('queues:hint.announce_to_agent')}
        isOn={announce_to_agent}
        onChange={(isOn) => set({ announce_to_agent: isOn })}
      />
    </FoldingSection>
  );
}

/** Each a file or a text, in the order in which they are told. */
function Messages({ editing }: PartProps) {
  const styles = useStyles();
  const { t } = useTranslation(['queues', 'admin']);
  const { isReadOnly } = useFieldsScope();
  const { draft, set } = editing;
  const { messages } = draft;
  const labelOf = (key: string) =>
    t('queues:message', { place: 1 + messages.findIndex((message) => message.key === key) });
  return (
    <Setting name="messages" label={t('queues:setting.messages')} hint={t('queues:hint.messages')}>
      <ControlGroup className={styles.messages}>
        <OrderedList
          items={messages}
          onChange={(changed) => set({ messages: changed })}
          keyOf={({ key }) => key}
          nameOf={({ key }) => labelOf(key)}
          label={t('queues:messagesInOrder')}
          row={(message) => (
            <SpokenSetting
              name={`messages[${messages.indexOf(message)}]`}
              label={labelOf(message.key)}
              example={t('queues:spokenExample.messages')}
              spoken={message}
              onChange={(spoken) =>
                set({
                  messages: messages.map((each) => (each === message ? { ...spoken, key: each.key } : each)),
                })
              }
            />
          )}
        />
        {!isReadOnly && (
          <Button
            className={styles.add}
            icon={<AddRegular />}
            disabled={messages.length >= MOST_MESSAGES}
            onClick={() => set({ messages: withMessage(draft) })}
          >
            {t('queues:addMessage')}
          </Button>
        )}
      </ControlGroup>
    </Setting>
  );
}

function summaryOf({ messages, announce_position, announce_wait }: QueueDraft, t: TFunction): string {
  return t('queues:summary.waiting', {
    messages:
      messages.length === 0 ? t('queues:noMessages') : t('queues:messages', { count: messages.length }),
    position: t(announce_position ? 'common:yes' : 'common:no'),
    wait: t(announce_wait ? 'common:yes' : 'common:no'),
  });
}
