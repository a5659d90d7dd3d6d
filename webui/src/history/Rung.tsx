/** One row of the ladder: who acts towards whom, and what goes on meanwhile. */

import { makeStyles, tokens } from '@fluentui/react-components';
import type { Arrow, Bar, Row, Tone } from './ladder';

/** How wide a lane is, in px. */
export const LANE = 92;

const BAR = 10;
const HEAD = 8;

const useStyles = makeStyles({
  // Out of the flow: the words decide how high the row is.
  cell: { position: 'relative' },
  rung: { position: 'absolute', top: 0, left: 0, height: '100%' },
  life: { stroke: tokens.colorNeutralStroke1, strokeDasharray: '3 4' },
  dot: { fill: tokens.colorNeutralForeground2 },
});

const useHeads = makeStyles({
  wait: { fill: tokens.colorPaletteYellowForeground2 },
  ring: { fill: tokens.colorPaletteMarigoldForeground2 },
  talk: { fill: tokens.colorPaletteGreenForeground1 },
  bad: { fill: tokens.colorPaletteRedForeground1 },
  plain: { fill: tokens.colorNeutralForeground2 },
});

const useTones = makeStyles({
  wait: { fill: tokens.colorPaletteYellowBackground3, stroke: tokens.colorPaletteYellowForeground2 },
  ring: { fill: tokens.colorPaletteMarigoldBackground3, stroke: tokens.colorPaletteMarigoldForeground2 },
  talk: { fill: tokens.colorPaletteGreenBackground3, stroke: tokens.colorPaletteGreenForeground1 },
  bad: { fill: tokens.colorPaletteRedBackground3, stroke: tokens.colorPaletteRedForeground1 },
  plain: { fill: tokens.colorNeutralForeground2, stroke: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly row: Row;
  readonly lanes: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export function Rung({ row, lanes, isFirst, isLast }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.cell} aria-hidden>
      <svg className={styles.rung} width={lanes * LANE} focusable="false">
        <title> </title>
        {Array.from({ length: lanes }, (_, lane) => (
          <line
            // biome-ignore lint/suspicious/noArrayIndexKey: lanes keep their places
            key={lane}
            className={styles.life}
            x1={middleOf(lane)}
            x2={middleOf(lane)}
            y1={isFirst ? '50%' : '0'}
            y2={isLast ? '50%' : '100%'}
          />
        ))}
        {row.bars.map((bar) => (
          <Going key={`${bar.lane} ${bar.tone} ${bar.part}`} bar={bar} />
        ))}
        {row.arrows.map((arrow) => (
          <Move key={`${arrow.from} ${arrow.to}`} arrow={arrow} />
        ))}
        {row.dots.map((lane) => (
          <circle key={lane} className={styles.dot} cx={middleOf(lane)} cy="50%" r="5" />
        ))}
      </svg>
    </div>
  );
}

function Going({ bar: { lane, part, tone } }: { readonly bar: Bar }) {
  const tones = useTones();
  return (
    <rect
      className={tones[tone]}
      strokeWidth="0"
      x={middleOf(lane) - BAR / 2}
      y={part === 'lower' ? '50%' : '0'}
      width={BAR}
      height={part === 'all' ? '100%' : '50%'}
    />
  );
}

function Move({ arrow: { from, to, tone } }: { readonly arrow: Arrow }) {
  const tones = useTones();
  const heads = useHeads();
  const direction = to > from ? 1 : -1;
  const tip = middleOf(to) - (direction * BAR) / 2;
  return (
    <>
      <line
        className={tones[tone]}
        strokeWidth="2"
        strokeDasharray={dashesOf(tone)}
        x1={middleOf(from)}
        x2={tip - direction * HEAD}
        y1="50%"
        y2="50%"
      />
      <svg x={tip} y="50%" overflow="visible" aria-hidden>
        <title> </title>
        <path className={heads[tone]} d={`M0 0 l${-direction * HEAD} -5 v10 z`} />
      </svg>
    </>
  );
}

function middleOf(lane: number): number {
  return (lane + 0.5) * LANE;
}

/** Colours alone do not tell: what went wrong is dashed. */
function dashesOf(tone: Tone): string {
  return tone === 'bad' ? '6 4' : 'none';
}
