/** Whether what is shown is of now, or since when it is not. */

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { CircleFilled, PlugDisconnectedRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useLive } from '~/live/live';
import { moment } from '~/parts/format';

const useStyles = makeStyles({
  mark: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    fontSize: 'inherit',
  },
  text: { fontSize: 'inherit' },
  live: { color: tokens.colorPaletteGreenForeground1 },
  dead: { color: tokens.colorPaletteRedForeground1 },
});

export function LiveMark() {
  const styles = useStyles();
  const { t, i18n } = useTranslation('wallboard');
  const { state, since, snapshot } = useLive();
  const at = moment(new Date(since).toISOString(), i18n.language);
  const kind = state === 'connecting' && snapshot === null ? 'first' : state;
  const Icon = state === 'live' ? CircleFilled : PlugDisconnectedRegular;
  return (
    <span className={styles.mark} role="status">
      <Icon aria-hidden className={mergeClasses(state === 'live' ? styles.live : styles.dead)} />
      <Text className={styles.text}>{t(`wallboard:line.${kind}`, { at })}</Text>
    </span>
  );
}
