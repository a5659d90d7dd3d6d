/** How a trunk is on the running server: a badge, what is wrong in words, and what to do about it. */

import { Badge, makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf, type Schemas } from '~/api/client';

type State = Schemas['TrunkState'];

const COLORS: Readonly<Record<State['state'], 'success' | 'danger' | 'informative'>> = {
  up: 'success',
  down: 'danger',
  off: 'informative',
  unknown: 'informative',
};
const REFRESHED_EVERY = 5_000; // milliseconds

const useStyles = makeStyles({
  state: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, alignItems: 'center' },
  wrong: { color: tokens.colorPaletteRedForeground1 },
});

export function TrunkState({ name }: { readonly name: string }) {
  const styles = useStyles();
  const { t, i18n } = useTranslation('settings');
  const { data } = useQuery({
    queryKey: ['trunks', name, 'state'],
    queryFn: () => bodyOf(api.GET('/api/v1/trunks/{key}/state', { params: { path: { key: name } } })),
    refetchInterval: REFRESHED_EVERY,
    retry: false, // without a running server there is no state
  });
  if (data === undefined) return null;
  const until = data.registered_until === null ? null : new Date(data.registered_until);
  return (
    <span className={styles.state}>
      <Badge appearance="tint" color={COLORS[data.state]}>
        {t(`settings:trunkStates.${data.state}`)}
      </Badge>
      {until !== null && (
        <Text size={200}>
          {t('settings:trunkRegistered', {
            time: until.toLocaleTimeString(i18n.language, { hour: '2-digit', minute: '2-digit' }),
          })}
        </Text>
      )}
      {data.calls > 0 && <Text size={200}>{t('settings:trunkCalls', { count: data.calls })}</Text>}
      {data.reason !== null && (
        <Text size={200} className={styles.wrong}>
          {data.reason}
        </Text>
      )}
      {data.advice !== null && <Text size={200}>{data.advice}</Text>}
    </span>
  );
}
