/** One message: who left it, when and where; the sound; and what can be done with it. */

import {
  Badge,
  Body1Strong,
  Button,
  Caption1,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import {
  ArrowDownloadRegular,
  ArrowUndoRegular,
  CallRegular,
  CheckmarkRegular,
  ClockArrowDownloadRegular,
  DeleteRegular,
  MailUnreadRegular,
  PersonAvailableRegular,
} from '@fluentui/react-icons';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callerName, isHidden } from '~/agent/words';
import { Confirm } from '~/parts/Confirm';
import { moment } from '~/parts/format';
import { ShownNumber } from '~/parts/ShownNumber';
import { phone } from '~/phone/phone';
import { usePhone } from '~/phone/usePhone';
import MessagePlayer from './MessagePlayer';
import type { Message } from './messages';
import { soundOf, useDelete, useHeard, useKeep, useRelease, useTake } from './requests';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalS}`,
    borderInlineStartWidth: '3px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: 'transparent',
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
  },
  isNew: { borderInlineStartColor: tokens.colorBrandStroke1 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: tokens.spacingHorizontalS },
  who: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  time: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
  where: { color: tokens.colorNeutralForeground2 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXXS },
  trouble: { color: tokens.colorStatusDangerForeground1, overflowWrap: 'anywhere' },
});

interface Props {
  readonly message: Message;
}

export function MessageRow({ message }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation(['messages', 'agent']);
  const hear = useHeard(true);
  const party = message.caller_name || callerName(message.caller_shown, t);
  return (
    <li className={mergeClasses(styles.row, message.is_new && styles.isNew)}>
      <div className={styles.head}>
        <Body1Strong className={styles.who}>
          {party}
          {message.caller_name !== '' && !isHidden(message.caller) && (
            <Caption1>
              {' '}
              <ShownNumber number={message.caller} shown={message.caller_shown} />
            </Caption1>
          )}
        </Body1Strong>
        {message.is_new && <Badge color="brand">{t('messages:isNew')}</Badge>}
        <Caption1 className={styles.time}>{moment(message.recorded_at, i18n.language)}</Caption1>
      </div>
      <Whereabouts message={message} />
      <MessagePlayer
        message={message}
        party={party}
        onPlay={() => !message.is_shared && message.is_new && hear.mutate(message)}
      />
      {message.mail_error !== null && (
        <Caption1 className={styles.trouble}>{t('messages:notMailed', { why: message.mail_error })}</Caption1>
      )}
      <Actions message={message} party={party} />
    </li>
  );
}

/** In which box it is, and who has taken it. */
function Whereabouts({ message }: Props) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('messages');
  const parts = [message.is_shared ? message.box : t('messages:ownBox')];
  if (message.taken_at !== null) {
    const time = moment(message.taken_at, i18n.language);
    parts.push(
      message.is_mine
        ? t('messages:takenByMe', { time })
        : t('messages:takenBy', { who: message.taken_by, time }),
    );
  }
  if (message.is_saved) parts.push(t('messages:isKept'));
  return <Caption1 className={styles.where}>{parts.join(' · ')}</Caption1>;
}

interface ActionsProps extends Props {
  readonly party: string;
}

function Actions({ message, party }: ActionsProps) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const keep = useKeep(t('messages:kept'));
  return (
    <div className={styles.actions}>
      <CallBack message={message} party={party} />
      {message.is_shared ? (
        <Taking message={message} party={party} />
      ) : (
        <Hearing message={message} party={party} />
      )}
      <Button
        as="a"
        appearance="subtle"
        icon={<ArrowDownloadRegular />}
        aria-label={t('messages:downloadOf', { party })}
        title={t('messages:download')}
        href={soundOf(message)}
        download={`${message.recorded_at.slice(0, 16).replace(':', '')}.wav`}
      />
      <Action
        name={t('messages:keepOf', { party })}
        title={t('messages:keep')}
        icon={<ClockArrowDownloadRegular />}
        isBusy={keep.isPending}
        onClick={() => keep.mutate(message)}
      />
      <Deleting message={message} party={party} />
    </div>
  );
}

interface ActionProps {
  readonly name: string;
  readonly title: string;
  readonly icon: ReactElement;
  readonly isBusy?: boolean;
  /** Its title is shown beside the icon. */
  readonly isMain?: boolean;
  readonly onClick: () => void;
}

function Action({ name, title, icon, isBusy = false, isMain = false, onClick }: ActionProps) {
  return (
    <Button
      appearance={isMain ? 'secondary' : 'subtle'}
      icon={icon}
      aria-label={name}
      title={title}
      disabled={isBusy}
      onClick={onClick}
    >
      {isMain && title}
    </Button>
  );
}

function CallBack({ message: { caller, caller_shown, caller_name }, party }: ActionsProps) {
  const { t } = useTranslation('messages');
  const { availability } = usePhone();
  const target = isHidden(caller) ? null : phone.targetOf(caller);
  if (target === null) return null;
  return (
    <Action
      name={t('messages:callBackOf', { party })}
      title={t('messages:callBack')}
      icon={<CallRegular />}
      isBusy={availability !== 'available'}
      onClick={() => void phone.call(target, { name: caller_name, number: caller, shown: caller_shown })}
    />
  );
}

/** A message of a shared box is taken by one for all. */
function Taking({ message, party }: ActionsProps) {
  const { t } = useTranslation('messages');
  const take = useTake(t('messages:taken'));
  const release = useRelease(t('messages:released'));
  if (message.is_mine)
    return (
      <Action
        name={t('messages:releaseOf', { party })}
        title={t('messages:release')}
        icon={<ArrowUndoRegular />}
        isMain
        isBusy={release.isPending}
        onClick={() => release.mutate(message)}
      />
    );
  if (message.taken_by !== null) return null;
  return (
    <Action
      name={t('messages:takeOf', { party })}
      title={t('messages:take')}
      icon={<PersonAvailableRegular />}
      isMain
      isBusy={take.isPending}
      onClick={() => take.mutate(message)}
    />
  );
}

/** Whether a message of my own box is still new. */
function Hearing({ message, party }: ActionsProps) {
  const { t } = useTranslation('messages');
  const change = useHeard(message.is_new);
  const word = message.is_new ? 'markHeard' : 'markNew';
  return (
    <Action
      name={t(`messages:${word}Of`, { party })}
      title={t(`messages:${word}`)}
      icon={message.is_new ? <CheckmarkRegular /> : <MailUnreadRegular />}
      isBusy={change.isPending}
      onClick={() => change.mutate(message)}
    />
  );
}

function Deleting({ message, party }: ActionsProps) {
  const { t } = useTranslation('messages');
  const [isAsking, setAsking] = useState(false);
  const remove = useDelete(t('messages:deleted'));
  return (
    <>
      <Action
        name={t('messages:deleteOf', { party })}
        title={t('messages:delete')}
        icon={<DeleteRegular />}
        onClick={() => setAsking(true)}
      />
      <Confirm
        isOpen={isAsking}
        title={t('messages:deleteTitle', { party })}
        action={t('messages:delete')}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(message, { onSuccess: () => setAsking(false) })}
        onCancel={() => setAsking(false)}
      >
        {t(message.is_shared ? 'messages:deleteShared' : 'messages:deleteOwn')}
      </Confirm>
    </>
  );
}
