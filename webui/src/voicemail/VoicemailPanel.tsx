/** My messages: those of my own box and of the boxes that I share, in one list. */

import { Badge, Button, makeStyles, Select, Tab, TabList, tokens } from '@fluentui/react-components';
import { SettingsRegular } from '@fluentui/react-icons';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '~/agent/Panel';
import { useLive } from '~/live/live';
import { Empty } from '~/parts/Empty';
import { Loaded } from '~/parts/Loaded';
import { lazily } from '~/parts/lazily';
import { useIsNarrow } from '~/shell/narrow';
import { MessageRow } from './MessageRow';
import { isShown, KINDS, type Kind, type Mailbox, newIn } from './messages';
import { useMessageNews, useMyBoxes, useMyMessages } from './requests';

const OwnMailboxDialog = lazily(() => import('./OwnMailboxDialog'));

const PAGE = 50;

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  // Else a select is as wide as its longest option.
  box: { minWidth: 0, maxWidth: '260px' },
  list: { display: 'flex', flexDirection: 'column', margin: 0, padding: 0, listStyleType: 'none' },
  actions: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  more: { alignSelf: 'start' },
});

export default function VoicemailPanel() {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const boxes = useMyBoxes();
  const [isOpen, setOpen] = useState(false);
  useMessageNews();
  const hasOwn = boxes.data?.some(({ kind }) => kind === 'person') ?? false;
  return (
    <Panel
      title={t('messages:title')}
      actions={
        <span className={styles.actions}>
          <NewBadge boxes={boxes.data ?? []} />
          {hasOwn && (
            <Button appearance="subtle" icon={<SettingsRegular />} onClick={() => setOpen(true)}>
              {t('messages:settings')}
            </Button>
          )}
        </span>
      }
    >
      <Loaded query={boxes}>{(mine) => <Messages boxes={mine} />}</Loaded>
      <Suspense>{isOpen && <OwnMailboxDialog onClose={() => setOpen(false)} />}</Suspense>
    </Panel>
  );
}

/** How many messages are new: what is live goes before what was asked for. */
function NewBadge({ boxes }: { readonly boxes: readonly Mailbox[] }) {
  const { t } = useTranslation('messages');
  const live = useLive().snapshot?.mailboxes;
  const count = newIn(boxes.map((box) => live?.get(box.box_id) ?? box));
  if (count === 0) return null;
  return (
    <Badge color="danger" role="status">
      {t('messages:new', { count })}
    </Badge>
  );
}

function Messages({ boxes }: { readonly boxes: readonly Mailbox[] }) {
  const styles = useStyles();
  const { t } = useTranslation('messages');
  const isNarrow = useIsNarrow();
  const [box, setBox] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [limit, setLimit] = useState(PAGE);
  const query = useMyMessages(boxes.some(({ box_id }) => box_id === box) ? box : '', limit);
  const hasShared = boxes.some((each) => each.kind !== 'person');
  const kinds = KINDS.filter((each) => each !== 'mine' || hasShared);
  return (
    <>
      <div className={styles.filters}>
        <TabList
          size={isNarrow ? 'small' : 'medium'}
          aria-label={t('messages:lists')}
          selectedValue={kind}
          onTabSelect={(_, { value }) => setKind(KINDS.find((each) => each === value) ?? 'all')}
        >
          {kinds.map((each) => (
            <Tab key={each} value={each}>
              {t(`messages:kind.${each}`)}
            </Tab>
          ))}
        </TabList>
        {boxes.length > 1 && (
          <Select
            className={styles.box}
            size="small"
            aria-label={t('messages:box')}
            value={box}
            onChange={(_, { value }) => setBox(value)}
          >
            <option value="">{t('messages:allBoxes')}</option>
            {boxes.map(({ box_id, name, kind: whose }) => (
              <option key={box_id} value={box_id}>
                {whose === 'person' ? t('messages:ownBox') : name}
              </option>
            ))}
          </Select>
        )}
      </div>
      <Loaded query={query}>
        {({ items, total }) => {
          const shown = items.filter((message) => isShown(message, kind));
          return (
            <>
              {shown.length === 0 && <Nothing kind={kind} />}
              {shown.length > 0 && (
                <ul className={styles.list} aria-label={t('messages:messages')}>
                  {shown.map((message) => (
                    <MessageRow key={message.message_id} message={message} />
                  ))}
                </ul>
              )}
              {total > items.length && (
                <Button
                  className={styles.more}
                  disabled={query.isFetching}
                  onClick={() => setLimit(limit + PAGE)}
                >
                  {t('messages:more')}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Nothing({ kind }: { readonly kind: Kind }) {
  const { t } = useTranslation('messages');
  return <Empty title={t(`messages:nothing.${kind}`)}>{t(`messages:nothingHint.${kind}`)}</Empty>;
}
