/** Half-hours of a day in pairs of bars, what happened and what might have, with the same as a table. */

import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { localeOf } from '~/parts/format';
import { useHiddenStyles } from '~/parts/hidden';
import { inZone } from '~/parts/zone';
import { FATES, type Fates, highest, pairsOf, type WhatIfReport } from './whatIf';

const WIDTH = 480;
const HEIGHT = 120;
const GAP = 2;
const FEWEST = 8; // half-hours that there is room for: one alone would be a wall

const useStyles = makeStyles({
  figure: { margin: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  chart: { width: '100%', height: '160px', display: 'block' },
  base: { stroke: tokens.colorNeutralStroke1 },
  inTime: { fill: tokens.colorPaletteGreenBackground3 },
  late: { fill: tokens.colorPaletteYellowBackground3 },
  abandoned: { fill: tokens.colorPaletteRedBackground3 },
  turnedAway: { fill: tokens.colorNeutralForeground3 },
  before: { opacity: 0.55 },
  ends: { display: 'flex', justifyContent: 'space-between', color: tokens.colorNeutralForeground3 },
  keys: { display: 'flex', flexWrap: 'wrap', columnGap: tokens.spacingHorizontalM },
  key: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  swatch: { width: '10px', height: '10px' },
});

export function WhatIfChart({ report }: { readonly report: WhatIfReport }) {
  const styles = useStyles();
  const hidden = useHiddenStyles();
  const { t, i18n } = useTranslation('queues');
  const pairs = pairsOf(report);
  const unit = HEIGHT / highest(pairs);
  const each = WIDTH / Math.max(FEWEST, pairs.length);
  const at = new Intl.DateTimeFormat(localeOf(i18n.language), { ...inZone(), timeStyle: 'short' });
  const time = (begin: string) => at.format(new Date(begin));
  const last = pairs.at(-1);
  return (
    <figure className={styles.figure}>
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <title>{t('queues:whatIf.chart')}</title>
        {pairs.map((pair, place) => (
          <g key={pair.begins_at} transform={`translate(${place * each} 0)`}>
            <g className={styles.before}>
              <Bar fates={pair.happened} unit={unit} x={GAP} width={each / 2 - GAP} />
            </g>
            <Bar fates={pair.changed} unit={unit} x={each / 2} width={each / 2 - GAP} />
          </g>
        ))}
        <line className={styles.base} x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <div className={styles.ends} aria-hidden>
        <Text size={200}>{pairs[0] !== undefined && time(pairs[0].begins_at)}</Text>
        <Text size={200}>{last !== undefined && pairs.length >= FEWEST && time(last.begins_at)}</Text>
      </div>
      <figcaption className={styles.keys}>
        <Text size={200}>{t('queues:whatIf.chart')}</Text>
        {FATES.map((fate) => (
          <Text size={200} key={fate} className={styles.key}>
            <svg className={styles.swatch} viewBox="0 0 10 10" aria-hidden>
              <title>{t(`queues:whatIf.fate.${fate}`)}</title>
              <rect className={styles[fate]} width="10" height="10" />
            </svg>
            {t(`queues:whatIf.fate.${fate}`)}
          </Text>
        ))}
      </figcaption>
      <table className={hidden.hidden}>
        <caption>{t('queues:whatIf.chart')}</caption>
        <thead>
          <tr>
            <th>{t('queues:whatIf.from')}</th>
            <th>{t('queues:whatIf.column.happened')}</th>
            <th>{t('queues:whatIf.column.changed')}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ begins_at, happened, changed }) => (
            <tr key={begins_at}>
              <th scope="row">{time(begins_at)}</th>
              {[happened, changed].map((fates, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: always these two
                <td key={place}>
                  {FATES.map((fate) => `${t(`queues:whatIf.fate.${fate}`)} ${fates[fate]}`).join(', ')}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

interface BarProps {
  readonly fates: Fates;
  readonly unit: number;
  readonly x: number;
  readonly width: number;
}

function Bar({ fates, unit, x, width }: BarProps) {
  const styles = useStyles();
  let top = HEIGHT;
  return FATES.map((fate) => {
    const height = fates[fate] * unit;
    top -= height;
    return (
      <rect key={fate} className={styles[fate]} x={x} y={top} width={Math.max(width, 0.5)} height={height} />
    );
  });
}
