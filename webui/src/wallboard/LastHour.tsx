/** The last hour in five-minute bars, answered below and abandoned above, with the same as a table. */

import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { moment } from '~/parts/format';
import { useHiddenStyles } from '~/parts/hidden';
import { barsOf, type Step } from './lastHour';

const WIDTH = 240;
const HEIGHT = 48;
const GAP = 4;

const useStyles = makeStyles({
  figure: { margin: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS },
  chart: { width: '100%', height: '48px', display: 'block' },
  base: { stroke: tokens.colorNeutralStroke1 },
  answered: { fill: tokens.colorPaletteGreenBackground3 },
  abandoned: { fill: tokens.colorPaletteRedBackground3 },
  caption: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground3,
  },
  key: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  swatch: { width: '10px', height: '10px' },
});

export function LastHour({ steps }: { readonly steps: readonly Step[] }) {
  const styles = useStyles();
  const hidden = useHiddenStyles();
  const { t, i18n } = useTranslation('wallboard');
  const bars = barsOf(steps);
  const each = WIDTH / Math.max(1, bars.length);
  return (
    <figure className={styles.figure}>
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <title>{t('wallboard:lastHour.title')}</title>
        {bars.map((bar, place) => (
          <g key={bar.begins_at} transform={`translate(${place * each + GAP / 2} 0)`}>
            <rect
              className={styles.answered}
              width={each - GAP}
              height={bar.answered * HEIGHT}
              y={HEIGHT - bar.answered * HEIGHT}
            />
            <rect
              className={styles.abandoned}
              width={each - GAP}
              height={bar.abandoned * HEIGHT}
              y={HEIGHT - (bar.answered + bar.abandoned) * HEIGHT}
            />
          </g>
        ))}
        <line className={styles.base} x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <figcaption className={styles.caption}>
        <Text size={200}>{t('wallboard:lastHour.title')}</Text>
        {(['answered', 'abandoned'] as const).map((kind) => (
          <Text size={200} key={kind} className={styles.key}>
            <svg className={styles.swatch} viewBox="0 0 10 10" aria-hidden>
              <title>{t(`wallboard:today.${kind}`)}</title>
              <rect className={styles[kind]} width="10" height="10" />
            </svg>
            {t(`wallboard:lastHour.${kind}`, { count: steps.reduce((sum, step) => sum + step[kind], 0) })}
          </Text>
        ))}
      </figcaption>
      <table className={hidden.hidden}>
        <caption>{t('wallboard:lastHour.title')}</caption>
        <thead>
          <tr>
            <th>{t('wallboard:lastHour.from')}</th>
            <th>{t('wallboard:today.answered')}</th>
            <th>{t('wallboard:today.abandoned')}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.begins_at}>
              <th scope="row">{moment(step.begins_at, i18n.language)}</th>
              <td>{step.answered}</td>
              <td>{step.abandoned}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
