/** The picture of a sound: its loudest moments from begin to end. */

import { makeStyles, Skeleton, SkeletonItem, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { outlineOf, peaksOf, samplesOf } from './sound';

const PARTS = 240;
const WIDTH = 960;
const HEIGHT = 96;

const useStyles = makeStyles({
  picture: {
    width: '100%',
    height: `${HEIGHT}px`,
    backgroundColor: tokens.colorNeutralBackground2,
    borderRadius: tokens.borderRadiusMedium,
  },
  // Callers hear nothing louder than this.
  limit: { stroke: tokens.colorStatusDangerBorder1, strokeWidth: '1px', strokeDasharray: '4 4' },
  sound: { stroke: tokens.colorBrandForeground1, strokeWidth: '2px' },
});

export function Waveform({ source }: { readonly source: string }) {
  const styles = useStyles();
  const { t } = useTranslation('audio');
  const peaks = useQuery({
    queryKey: ['waveform', source],
    queryFn: async () => {
      const answer = await fetch(source);
      const samples = answer.ok ? samplesOf(await answer.arrayBuffer()) : null;
      return samples === null ? [] : peaksOf(samples, Math.min(PARTS, samples.length));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (peaks.data === undefined)
    return (
      <Skeleton aria-label={t('common:loading')}>
        <SkeletonItem className={styles.picture} />
      </Skeleton>
    );
  return (
    <svg
      className={styles.picture}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('audio:picture')}
    >
      <path className={styles.limit} d={`M0 1H${WIDTH}M0 ${HEIGHT - 1}H${WIDTH}`} />
      <path className={styles.sound} d={outlineOf(peaks.data, WIDTH, HEIGHT)} />
    </svg>
  );
}
