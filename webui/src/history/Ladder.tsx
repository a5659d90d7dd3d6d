/** A timeline as a list of steps, with a ladder beside it that shows who did what to whom. */

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { duration, moment } from '~/parts/format';
import { useIsNarrow } from '~/shell/narrow';
import { LadderKey } from './LadderKey';
import { type Lane, ladderOf, type Row } from './ladder';
import { LANE, Rung } from './Rung';
import { StepText } from './StepText';
import { type CallTimeline, isOver, type Step } from './timeline';

const useStyles = makeStyles({
  frame: {
    overflowX: 'auto',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    boxShadow: tokens.shadow2,
  },
  inner: { minWidth: 'min-content' },
  row: { display: 'grid', alignItems: 'stretch' },
  list: { margin: 0, padding: 0, listStyleType: 'none' },
  words: {
    position: 'sticky',
    left: 0,
    zIndex: 1,
    display: 'grid',
    gridTemplateColumns: '88px minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalM,
    alignItems: 'center',
    minHeight: '44px',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxSizing: 'border-box',
  },
  time: { fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' },
  gap: { display: 'block', color: tokens.colorNeutralForeground3 },
  head: {
    borderBottom: `${tokens.strokeWidthThin} solid ${tokens.colorNeutralStroke2}`,
    fontWeight: tokens.fontWeightSemibold,
  },
  lanes: { display: 'flex', alignItems: 'end' },
  lane: {
    textAlign: 'center',
    padding: tokens.spacingVerticalXS,
    boxSizing: 'border-box',
    fontSize: tokens.fontSizeBase200,
    overflow: 'hidden',
    overflowWrap: 'anywhere',
  },
});

interface Props {
  readonly steps: readonly Step[];
  readonly call: CallTimeline['call'];
}

export function Ladder({ steps, call }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  const isNarrow = useIsNarrow();
  const { lanes, rows } = ladderOf(steps);
  const width = lanes.length * LANE;
  const columns = isNarrow ? 'minmax(0, 1fr)' : `minmax(340px, 1fr) ${width}px`;
  return (
    <section aria-label={t('history:timeline.title')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div className={styles.frame} tabIndex={0}>
        <div className={mergeClasses(!isNarrow && styles.inner)}>
          {!isNarrow && <Head lanes={lanes} columns={columns} />}
          <ol className={styles.list}>
            {rows.map((row, place) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added
                key={place}
                className={styles.row}
                style={{ gridTemplateColumns: columns }}
              >
                <Words row={row} call={call} />
                {!isNarrow && (
                  <Rung
                    row={row}
                    lanes={lanes.length}
                    isFirst={place === 0}
                    isLast={isOver(call) && place === rows.length - 1}
                  />
                )}
              </li>
            ))}
          </ol>
        </div>
      </div>
      {!isNarrow && <LadderKey />}
    </section>
  );
}

function Words({ row: { step, gap }, call }: { readonly row: Row; readonly call: CallTimeline['call'] }) {
  const styles = useStyles();
  const { i18n } = useTranslation();
  return (
    <div className={styles.words}>
      <span>
        <Text className={styles.time}>{moment(step.at, i18n.language, new Date(step.at))}</Text>
        {gap !== null && gap >= 1 && (
          <Text size={200} className={mergeClasses(styles.time, styles.gap)}>
            +{duration(gap)}
          </Text>
        )}
      </span>
      <StepText step={step} call={call} />
    </div>
  );
}

/** The names of the lanes, which the steps name themselves. */
function Head({ lanes, columns }: { readonly lanes: readonly Lane[]; readonly columns: string }) {
  const styles = useStyles();
  const { t } = useTranslation('history');
  return (
    <div
      className={mergeClasses(styles.row, styles.head)}
      style={{ gridTemplateColumns: columns }}
      aria-hidden
    >
      <div className={styles.words}>
        <span>{t('history:timeline.time')}</span>
        <span>{t('history:timeline.what')}</span>
      </div>
      <div className={styles.lanes}>
        {lanes.map((lane) => {
          const [name, shown] = lane.kind === 'caller' ? ['', t('history:caller')] : [lane.name, lane.shown];
          return (
            <div
              key={`${lane.kind} ${name}`}
              className={styles.lane}
              style={{ width: `${LANE}px` }}
              title={name || shown}
            >
              {shown}
            </div>
          );
        })}
      </div>
    </div>
  );
}
