/** A timeline drawn as a ladder: lanes for caller, queues and agents, time downwards. Nothing in here does I/O. */

import type { Step } from './timeline';

export type Lane =
  | { readonly kind: 'caller' }
  /** `name` tells an agent from others, by UPN; `shown` is what they are called. */
  | { readonly kind: 'queue' | 'agent'; readonly name: string; readonly shown: string };

/** `ring` and `talk` are what a party does; `wait` is a place in a line; `bad` ended against somebody's wish. */
export type Tone = 'wait' | 'ring' | 'talk' | 'bad' | 'plain';

export interface Bar {
  readonly lane: number;
  /** Which part of the row it covers: it begins and ends in the middle of one. */
  readonly part: 'all' | 'upper' | 'lower';
  readonly tone: Tone;
}

export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
}

export interface Row {
  readonly step: Step;
  /** Seconds since the step before; null for the first. */
  readonly gap: number | null;
  readonly bars: readonly Bar[];
  readonly arrows: readonly Arrow[];
  /** Lanes with a dot: something happened there without another party. */
  readonly dots: readonly number[];
}

export interface Ladder {
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
}

interface Activity {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
}

const BY_THE_SERVER = ['stopped', 'released'];

/** The ladder of a timeline; one that goes on has bars that reach its end. */
export function ladderOf(steps: readonly Step[]): Ladder {
  const lanes = lanesOf(steps);
  const laneOf = (kind: 'queue' | 'agent', name: string) =>
    lanes.findIndex((lane) => lane.kind === kind && lane.name === name);
  const activities = activitiesOf(steps, laneOf);
  const rows = steps.map((step, row) => ({
    step,
    gap: gapBefore(steps, row),
    bars: activities.flatMap((activity) => barOf(activity, row)),
    ...movesOf(step, laneOf),
  }));
  return { lanes, rows };
}

type LaneOf = (kind: 'queue' | 'agent', name: string) => number;

function lanesOf(steps: readonly Step[]): Lane[] {
  const queues = new Set(steps.map((step) => step.queue).filter(Boolean));
  const rung = steps.filter(({ kind }) => kind === 'ring' || kind === 'answer' || kind === 'ringEnd');
  const agents = new Map(
    rung.flatMap(({ people }) => people.map(({ agent, name }) => [agent, name] as const)),
  );
  return [
    { kind: 'caller' },
    ...[...queues].map((name) => ({ kind: 'queue', name, shown: name }) as const),
    ...[...agents].map(([name, shown]) => ({ kind: 'agent', name, shown }) as const),
  ];
}

/** What lasts, from the row in which it begins to the one in which it ends. */
function activitiesOf(steps: readonly Step[], laneOf: LaneOf): Activity[] {
  const last = steps.length - 1;
  return steps.flatMap((step, row): Activity[] => {
    const after = (ends: (later: Step) => boolean) => {
      const found = steps.findIndex((later, place) => place > row && ends(later));
      return found < 0 ? last : found;
    };
    if (step.kind === 'waiting') {
      const to = after(({ kind }) => kind === 'answer' || kind === 'exit' || kind === 'end');
      return [{ lane: laneOf('queue', step.queue), from: row, to, tone: 'wait' }];
    }
    if (step.kind === 'ring') {
      return step.people.map(({ agent }) => ({
        lane: laneOf('agent', agent),
        from: row,
        to: after(
          ({ kind, people }) =>
            kind === 'end' ||
            ((kind === 'ringEnd' || kind === 'answer') && people.some((each) => each.agent === agent)),
        ),
        tone: 'ring',
      }));
    }
    if (step.kind === 'answer') {
      const to = after(({ kind }) => kind === 'end');
      const lanes = [0, ...step.people.map(({ agent }) => laneOf('agent', agent))];
      return lanes.map((lane) => ({ lane, from: row, to, tone: 'talk' }));
    }
    return [];
  });
}

function barOf({ lane, from, to, tone }: Activity, row: number): Bar[] {
  if (row < from || row > to || from === to) return [];
  const part = row === from ? 'lower' : row === to ? 'upper' : 'all';
  return [{ lane, part, tone }];
}

function movesOf(step: Step, laneOf: LaneOf): Pick<Row, 'arrows' | 'dots'> {
  const queue = laneOf('queue', step.queue);
  const agents = step.people.map(({ agent }) => laneOf('agent', agent)).filter((lane) => lane >= 0);
  const toAgents = (tone: Tone) => agents.map((to) => ({ from: queue, to, tone }));
  const fromAgents = (tone: Tone) => agents.map((from) => ({ from, to: queue, tone }));
  switch (step.kind) {
    case 'arrival':
      return { arrows: queue < 0 ? [] : [{ from: 0, to: queue, tone: 'plain' }], dots: [] };
    case 'ring':
      return { arrows: toAgents('ring'), dots: [] };
    case 'ringEnd':
      return {
        arrows: BY_THE_SERVER.includes(step.outcome) ? toAgents('plain') : fromAgents('bad'),
        dots: [],
      };
    case 'answer':
      return { arrows: agents.map((from) => ({ from, to: 0, tone: 'talk' })), dots: [] };
    case 'transfer':
      return { arrows: fromAgents('plain'), dots: agents.length === 0 && queue >= 0 ? [queue] : [] };
    case 'end':
      return { arrows: [], dots: [0] };
    default:
      return { arrows: [], dots: queue < 0 ? [] : [queue] };
  }
}

function gapBefore(steps: readonly Step[], row: number): number | null {
  const [before, here] = [steps[row - 1], steps[row]];
  if (before === undefined || here === undefined) return null;
  return (Date.parse(here.at) - Date.parse(before.at)) / 1000;
}
