/** The last hour in steps of five minutes, as the bars of a chart. Nothing in here does I/O. */

export interface Step {
  readonly begins_at: string;
  readonly answered: number;
  readonly abandoned: number;
}

export interface Bar {
  readonly begins_at: string;
  /** Heights as shares of the chart's, from 0 to 1. */
  readonly answered: number;
  readonly abandoned: number;
}

const STEP = 300_000; // ms
const FEWEST = 4; // calls that the chart is high at least: one call alone is no mountain

/** The bars, the highest of which fills the chart. */
export function barsOf(steps: readonly Step[]): Bar[] {
  const highest = Math.max(FEWEST, ...steps.map((step) => step.answered + step.abandoned));
  return steps.map(({ begins_at, answered, abandoned }) => ({
    begins_at,
    answered: answered / highest,
    abandoned: abandoned / highest,
  }));
}

/** How long it is until a new step begins, in ms, with a second to spare. */
export function untilNextStep(now: number): number {
  return STEP - (now % STEP) + 1_000;
}
