/** What follows from a user's settings: what to type into a phone, what calls out show, which queues ring them. */

import { Caption1, makeStyles, Switch, Text, tokens } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLinkStyles } from '~/admin/parts/links';
import { Section } from '~/admin/parts/Section';
import { api, bodyOf, type Schemas } from '~/api/client';
import { useMay } from '~/api/session';
import { Loaded } from '~/parts/Loaded';
import { useSay } from '~/parts/toasts';
import { doorOfUser } from '~/phones/door';
import { PhoneList } from '~/phones/PhoneList';
import { partsOf, type UserView } from './userDraft';

type AgentQueue = Schemas['AgentQueue'];

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, max-content) minmax(0, 1fr)',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  fact: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: 'anywhere' },
  list: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  queue: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  detail: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly user: UserView;
}

/** What to type into a phone on a desk. */
export function PhoneSection({ user: { upn, has_sip_password } }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const server = useQuery({ queryKey: ['server'], queryFn: () => bodyOf(api.GET('/api/v1/server')) });
  const { name, domain } = partsOf(upn);
  return (
    <Section
      title={t('users:setUpPhone')}
      about={t(has_sip_password ? 'users:setUpPhoneAbout' : 'users:phoneNeedsPassword')}
    >
      <Loaded query={server}>
        {({ phones }) => (
          <dl className={styles.facts}>
            <dt className={styles.fact}>{t('users:phone.user')}</dt>
            <dd className={styles.value}>{name}</dd>
            <dt className={styles.fact}>{t('users:phone.domain')}</dt>
            <dd className={styles.value}>{domain}</dd>
            <dt className={styles.fact}>{t('users:phone.server')}</dt>
            <dd className={styles.value}>
              {phones.map(({ transport, address }) => `${address} (${transport.toUpperCase()})`).join(', ') ||
                '–'}
            </dd>
            <dt className={styles.fact}>{t('users:phone.password')}</dt>
            <dd className={styles.value}>
              {t(has_sip_password ? 'users:phone.asSet' : 'users:phone.notSet')}
            </dd>
          </dl>
        )}
      </Loaded>
    </Section>
  );
}

/** The phones that have an account of their own. */
export function OwnAccountsSection({ user: { id } }: Props) {
  const { t } = useTranslation('phones');
  const mayChange = useMay('change-settings');
  const phones = useQuery({
    queryKey: ['phones', id],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{key}/phones', { params: { path: { key: id } } })),
  });
  return (
    <Section title={t('phones:title')} about={t('phones:about')}>
      <Loaded query={phones}>
        {(all) => <PhoneList phones={all} door={doorOfUser(id)} mayAdd={mayChange} mayRemove={mayChange} />}
      </Loaded>
    </Section>
  );
}

/** Which number calls out show, and why. */
export function CallerIdSection({ user: { id } }: Props) {
  const links = useLinkStyles();
  const { t } = useTranslation('users');
  const shown = useQuery({
    queryKey: ['users', 'caller-id', id],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{key}/caller-id', { params: { path: { key: id } } })),
  });
  return (
    <Section title={t('users:callsOut')}>
      <Loaded query={shown}>
        {({ shows, name, policy, reason }) => (
          <div>
            <Text block weight="semibold">
              {shows === 'anonymous' ? t('users:showsNothing') : t('users:showsNumber', { number: shows })}
              {name !== '' && ` · ${name}`}
            </Text>
            <Caption1 block>{reason}</Caption1>
            <Link className={links.link} to={`/caller-id/${encodeURIComponent(policy)}`}>
              {t('users:policy', { policy })}
            </Link>
          </div>
        )}
      </Loaded>
    </Section>
  );
}

/** The queues that ring them, with their switches. */
export function QueuesSection({ user: { id } }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('users');
  const queues = useQuery({
    queryKey: ['users', 'queues', id],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{key}/queues', { params: { path: { key: id } } })),
  });
  return (
    <Section title={t('users:queues')} about={t('users:queuesAbout')}>
      <Loaded query={queues}>
        {(served) =>
          served.length === 0 ? (
            <Text>{t('users:noQueues')}</Text>
          ) : (
            <ul className={styles.list}>
              {served.map((queue) => (
                <li key={queue.id} className={styles.queue}>
                  <Served userId={id} queue={queue} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

/** The choice is shown at once, and taken back when it is refused. */
function Served({ userId, queue }: { readonly userId: string; readonly queue: AgentQueue }) {
  const styles = useStyles();
  const links = useLinkStyles();
  const { t } = useTranslation('users');
  const say = useSay();
  const client = useQueryClient();
  const maySteer = useMay('steer-agents');
  const opting = useMutation({
    mutationFn: (opted_out: boolean) => {
      const params = { path: { key: userId, queue: queue.id } };
      return bodyOf(api.PUT('/api/v1/users/{key}/queues/{queue}', { params, body: { opted_out } }));
    },
    onError: say.failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['users', 'queues', userId] }),
  });
  const isOut = opting.isPending ? opting.variables : queue.opted_out;
  return (
    <>
      <Link className={links.link} to={`/queues/${queue.id}`}>
        {queue.name}
      </Link>
      <Switch
        checked={!isOut}
        disabled={!maySteer || opting.isPending || (!queue.may_opt_out && !isOut)}
        aria-label={t('users:takesCallsOf', { queue: queue.name })}
        label={t(isOut ? 'users:optedOut' : 'users:optedIn')}
        onChange={(_, { checked }) => opting.mutate(!checked)}
      />
      {queue.reason !== null && <Caption1 className={styles.detail}>{queue.reason}</Caption1>}
    </>
  );
}
