/** One call's timeline as steps in the order of time. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

type Ring = Schemas['RingView'];
type Decision = Schemas['DecisionView'];

/** What is told of a call, whether it is over or goes on. */
export interface CallTimeline {
  readonly call: Schemas['CallView'] | Schemas['LiveCall'];
  readonly rings: readonly Ring[];
  readonly decisions: readonly Decision[];
}

export type StepKind =
  | 'arrival'
  | 'waiting'
  | 'ring'
  | 'ringEnd'
  | 'answer'
  | 'notRung'
  | 'waits'
  | 'exit'
  | 'sentOn'
  | 'message'
  | 'transfer'
  | 'note'
  | 'end';

export interface Person {
  readonly agent: string;
  /** How people call them. */
  readonly name: string;
  readonly reason: string;
}

export interface Step {
  readonly at: string;
  readonly kind: StepKind;
  readonly queue: string;
  /** Whom it is about, where it is about agents. */
  readonly people: readonly Person[];
  /** How a ring or the call ended, or which decision it was. */
  readonly outcome: string;
  readonly reason: string;
  /** How long what ends here took: the greeting, the ring, the conversation. */
  readonly seconds: number | null;
}

const EXITS = ['overflow', 'timeout', 'no agents'];
const SAME_MOMENT = 500; // ms: what happened so close together to several agents is one step
const RANKS: readonly StepKind[] = [
  'arrival',
  'waiting',
  'answer',
  'ringEnd',
  'ring',
  'notRung',
  'waits',
  'exit',
  'sentOn',
  'message',
  'transfer',
  'note',
  'end',
];

/** The steps, of one agent only if `agent` names one; what is about the call itself is always there. */
export function stepsOf(told: CallTimeline, agent = ''): Step[] {
  const all = [...ofCall(told), ...told.rings.flatMap(ofRing), ...ofDecisions(told)];
  const wanted = all.filter(
    ({ people }) => !agent || people.length === 0 || people.some((each) => each.agent === agent),
  );
  return joined(wanted.sort(inOrder));
}

/** All agents that something was decided about, or who were rung: what they are called, by UPN. */
export function agentsIn({
  rings,
  decisions,
}: Pick<CallTimeline, 'rings' | 'decisions'>): Map<string, string> {
  const named = [...rings, ...decisions].flatMap(({ agent, agent_name }) =>
    agent === null ? [] : [[agent, agent_name ?? agent] as const],
  );
  return byName(named);
}

/** Names by what they stand for, in the order of the names. */
export function byName(named: Iterable<readonly [string, string]>): Map<string, string> {
  return new Map([...named].sort(([, one], [, other]) => one.localeCompare(other)));
}

/** Whether the call is over. */
export function isOver(call: CallTimeline['call']): call is Schemas['CallView'] {
  return 'ended_at' in call;
}

function ofCall({ call, rings }: CallTimeline): Step[] {
  const first = isOver(call) ? call.first_queue : (call.queue ?? '');
  const steps: Step[] = [];
  const { arrived_at, waiting_since } = call;
  if (arrived_at !== null) steps.push(step({ at: arrived_at, kind: 'arrival', queue: first }));
  if (waiting_since !== null)
    steps.push(
      step({ at: waiting_since, kind: 'waiting', queue: first, seconds: between(arrived_at, waiting_since) }),
    );
  if (isOver(call)) {
    const { ended_at, outcome, reason, queue } = call;
    const talkedSince =
      call.answered_at ?? rings.find((ring) => ring.answered_at !== null)?.answered_at ?? null;
    const seconds = between(talkedSince, ended_at);
    steps.push(step({ at: ended_at, kind: 'end', queue, outcome, reason, seconds }));
  }
  return steps;
}

function ofRing(ring: Ring): Step[] {
  const { queue, agent, agent_name: name, started_at, answered_at, ended_at, outcome, reason } = ring;
  const people = [{ agent, name, reason: '' }];
  const begin = step({ at: started_at, kind: 'ring', queue, people });
  const end =
    answered_at === null
      ? step({
          at: ended_at,
          kind: 'ringEnd',
          queue,
          people,
          outcome,
          reason,
          seconds: between(started_at, ended_at),
        })
      : step({ at: answered_at, kind: 'answer', queue, people, seconds: between(started_at, answered_at) });
  return [begin, end];
}

function ofDecisions({ call, rings, decisions }: CallTimeline): Step[] {
  const known = new Set(rings.map((ring) => ring.agent));
  const now = isOver(call) ? [] : [...call.ringing, ...(call.agent === null ? [] : [call.agent])];
  return decisions.flatMap(({ at, queue, agent, agent_name, decision, reason }) => {
    const people = agent === null ? [] : [{ agent, name: agent_name ?? agent, reason }];
    if (decision === 'not rung') return [step({ at, kind: 'notRung', queue, people })];
    if (decision === 'sent on') return [step({ at, kind: 'sentOn', queue, reason })];
    if (decision === 'left a message') return [step({ at, kind: 'message', queue, reason })];
    if (decision === 'waits') return [step({ at, kind: 'waits', queue, reason })];
    if (decision === 'transferred') return [step({ at, kind: 'transfer', queue, people, reason })];
    if (EXITS.includes(decision)) return [step({ at, kind: 'exit', queue, outcome: decision, reason })];
    // Rings are on record when they are over; until then the decisions say what has begun.
    const isUnderWay = agent !== null && now.includes(agent) && !known.has(agent);
    if (decision === 'rung') return isUnderWay ? [step({ at, kind: 'ring', queue, people })] : [];
    if (decision === 'answered') return isUnderWay ? [step({ at, kind: 'answer', queue, people })] : [];
    return [step({ at, kind: 'note', queue, people, outcome: decision, reason })];
  });
}

function step(known: Pick<Step, 'at' | 'kind' | 'queue'> & Partial<Step>): Step {
  return { people: [], outcome: '', reason: '', seconds: null, ...known };
}

function inOrder(one: Step, other: Step): number {
  return Date.parse(one.at) - Date.parse(other.at) || RANKS.indexOf(one.kind) - RANKS.indexOf(other.kind);
}

/** The same happening to several agents at once is one step. */
function joined(steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const next of steps) {
    const last = result.at(-1);
    if (last !== undefined && isSame(last, next)) {
      result[result.length - 1] = { ...last, people: [...last.people, ...next.people] };
    } else result.push(next);
  }
  return result;
}

function isSame(one: Step, other: Step): boolean {
  return (
    one.people.length > 0 &&
    other.people.length > 0 &&
    one.kind === other.kind &&
    one.queue === other.queue &&
    one.outcome === other.outcome &&
    one.reason === other.reason &&
    Date.parse(other.at) - Date.parse(one.at) <= SAME_MOMENT
  );
}

function between(begin: string | null, end: string | null): number | null {
  return begin === null || end === null ? null : (Date.parse(end) - Date.parse(begin)) / 1000;
}
