/** What the colours of the ladder stand for. */

import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  key: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalL,
    margin: 0,
    padding: `${tokens.spacingVerticalS} 0`,
    listStyleType: 'none',
  },
  entry: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  swatch: { width: '10px', height: '16px' },
  wait: { backgroundColor: tokens.colorPaletteYellowBackground3 },
  ring: { backgroundColor: tokens.colorPaletteMarigoldBackground3 },
  talk: { backgroundColor: tokens.colorPaletteGreenBackground3 },
});

export function LadderKey() {
  const styles = useStyles();
  const { t } = useTranslation('history');
  return (
    <ul className={styles.key} aria-hidden>
      {(['wait', 'ring', 'talk'] as const).map((tone) => (
        <li key={tone} className={styles.entry}>
          <span className={`${styles.swatch} ${styles[tone]}`} />
          <Text size={200}>{t(`history:timeline.key.${tone}`)}</Text>
        </li>
      ))}
    </ul>
  );
}
