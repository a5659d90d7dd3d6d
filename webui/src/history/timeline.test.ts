import { expect, test } from 'vitest';
import { ladderOf } from './ladder';
import { agentsIn, type CallTimeline, type Step, stepsOf } from './timeline';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 10) + seconds * 1000).toISOString();
const AMAL = 'amal@contoso.com';
const BAO = 'bao@contoso.com';
const CARLA = 'carla@contoso.com';
const NAMES: Record<string, string> = { [AMAL]: 'Zoe Amal', [BAO]: 'Bao Nguyen', [CARLA]: 'Carla' };
const nameOf = (upn: string) => NAMES[upn] ?? upn;

function ring(
  agent: string,
  from: number,
  to: number,
  outcome: CallTimeline['rings'][number]['outcome'],
  answered: number | null = null,
) {
  return {
    ring_id: `${agent}.${from}`,
    queue: 'Sales',
    agent,
    agent_name: nameOf(agent),
    started_at: at(from),
    answered_at: answered === null ? null : at(answered),
    ended_at: at(to),
    outcome,
    reason: '',
    why: { kind: 'text', text: '' },
  };
}

type Decision = CallTimeline['decisions'][number];

function decision(
  seconds: number,
  agent: string | null,
  kind: Decision['decision'],
  reason: string,
): Decision {
  const why = { kind: 'text', text: reason };
  const agent_name = agent && nameOf(agent);
  return { at: at(seconds), queue: 'Sales', agent, agent_name, decision: kind, reason, why };
}

const over: CallTimeline = {
  call: {
    call_id: 'c1',
    caller: '+14255550123',
    queue: 'Sales',
    first_queue: 'Sales',
    arrived_at: at(0),
    waiting_since: at(5),
    answered_at: at(30),
    ended_at: at(90),
    waited_s: 25,
    waited_from_arrival_s: 30,
    agent: BAO,
    outcome: 'answered',
    reason: 'the caller hung up',
  } as CallTimeline['call'],
  rings: [
    ring(AMAL, 5, 12, 'declined'),
    ring(BAO, 5.1, 90, 'answered', 30),
    ring(AMAL, 12.2, 30.05, 'stopped'),
  ],
  decisions: [
    decision(5, AMAL, 'rung', 'free'),
    decision(5, BAO, 'rung', 'free'),
    decision(5, CARLA, 'not rung', 'opted out'),
    decision(5.2, 'dmitri@contoso.com', 'not rung', 'paused: lunch'),
    decision(30, BAO, 'answered', '30.0 s after the call arrived'),
  ],
};

const kinds = (steps: readonly Step[]) => steps.map((step) => step.kind);
const people = (step: Step | undefined) => step?.people.map((each) => each.agent);

test('a timeline is told in the order of time, and what happens to several at once as one step', () => {
  const steps = stepsOf(over);
  expect(kinds(steps)).toEqual([
    'arrival',
    'waiting',
    'ring',
    'notRung',
    'ring',
    'notRung',
    'ringEnd',
    'ring',
    'answer',
    'ringEnd',
    'end',
  ]);
  expect(steps[1]).toMatchObject({ seconds: 5 });
  expect(steps[6]).toMatchObject({ outcome: 'declined', seconds: 7 });
  expect(steps[8]).toMatchObject({ seconds: 24.9 });
  expect(steps[10]).toMatchObject({ outcome: 'answered', seconds: 60, reason: 'the caller hung up' });
});

test('agents who are rung in the same moment are one step', () => {
  const steps = stepsOf({
    ...over,
    rings: [ring(AMAL, 5, 20, 'no answer'), ring(BAO, 5.1, 20.1, 'no answer')],
    decisions: [],
  });
  expect(kinds(steps)).toEqual(['arrival', 'waiting', 'ring', 'ringEnd', 'end']);
  expect(people(steps[2])).toEqual([AMAL, BAO]);
  expect(people(steps[3])).toEqual([AMAL, BAO]);
});

test('of one agent only their own is told, and what is about the call', () => {
  const steps = stepsOf(over, CARLA);
  expect(kinds(steps)).toEqual(['arrival', 'waiting', 'notRung', 'end']);
  expect(steps[2]?.people).toEqual([{ agent: CARLA, name: 'Carla', reason: 'opted out' }]);
});

test('everybody who is in it can be asked about, by name', () => {
  expect([...agentsIn(over)]).toEqual([
    [BAO, 'Bao Nguyen'],
    [CARLA, 'Carla'],
    ['dmitri@contoso.com', 'dmitri@contoso.com'],
    [AMAL, 'Zoe Amal'],
  ]);
});

test('an exit and a decision that is not known yet are told in their own words', () => {
  const steps = stepsOf({
    ...over,
    rings: [],
    decisions: [
      decision(20, null, 'waits', 'nobody can be rung: 2 paused'),
      decision(40, null, 'timeout', 'waited 35 s: disconnect'),
      decision(40.5, null, 'sent on', 'Main: key 2: sent on to Carla'),
      decision(40.7, null, 'left a message', 'Sales: a message of 12.0 s'),
      decision(41, AMAL, 'transferred', 'to carla@contoso.com'),
      decision(42, AMAL, 'blessed' as Decision['decision'], 'nobody knows'),
    ],
  });
  expect(steps.slice(2, 8)).toMatchObject([
    { kind: 'waits', reason: 'nobody can be rung: 2 paused' },
    { kind: 'exit', outcome: 'timeout' },
    { kind: 'sentOn', reason: 'Main: key 2: sent on to Carla' },
    { kind: 'message', reason: 'Sales: a message of 12.0 s' },
    { kind: 'transfer', reason: 'to carla@contoso.com', people: [{ agent: AMAL }] },
    { kind: 'note', outcome: 'blessed', people: [{ agent: AMAL }] },
  ]);
});

test('a call that goes on tells rings that are not over by what was decided', () => {
  const live = {
    call_id: 'c1',
    caller: '+14255550123',
    queue: 'Sales',
    state: 'alerting',
    position: 1,
    arrived_at: at(0),
    waiting_since: at(5),
    waited_s: 3,
    agent: null,
    ringing: [AMAL],
  } as CallTimeline['call'];
  const steps = stepsOf({ call: live, rings: [], decisions: over.decisions.slice(0, 3) });
  expect(kinds(steps)).toEqual(['arrival', 'waiting', 'ring', 'notRung']);
  expect(people(steps[2])).toEqual([AMAL]);
});

test('the ladder has a lane for everybody who took part, and none for those who were not rung', () => {
  const { lanes } = ladderOf(stepsOf(over));
  expect(lanes.map((lane) => (lane.kind === 'caller' ? 'caller' : lane.shown))).toEqual([
    'caller',
    'Sales',
    'Zoe Amal',
    'Bao Nguyen',
  ]);
});

test('what lasts is a bar from the row where it begins to the one where it ends', () => {
  const { rows } = ladderOf(stepsOf(over));
  const parts = (lane: number, tone: string) =>
    rows.map(({ bars }) => bars.find((bar) => bar.lane === lane && bar.tone === tone)?.part ?? '-');
  expect(parts(1, 'wait')).toEqual([
    '-',
    'lower',
    'all',
    'all',
    'all',
    'all',
    'all',
    'all',
    'upper',
    '-',
    '-',
  ]);
  expect(parts(3, 'ring')).toEqual(['-', '-', '-', '-', 'lower', 'all', 'all', 'all', 'upper', '-', '-']);
  expect(parts(0, 'talk')).toEqual(['-', '-', '-', '-', '-', '-', '-', '-', 'lower', 'all', 'upper']);
});

test('arrows go from who acts to whom it happens', () => {
  const { rows } = ladderOf(stepsOf(over));
  expect(rows[0]?.arrows).toEqual([{ from: 0, to: 1, tone: 'plain' }]);
  expect(rows[2]?.arrows).toEqual([{ from: 1, to: 2, tone: 'ring' }]);
  expect(rows[6]?.arrows).toEqual([{ from: 2, to: 1, tone: 'bad' }]);
  expect(rows[8]?.arrows).toEqual([{ from: 3, to: 0, tone: 'talk' }]);
  expect(rows[9]?.arrows).toEqual([{ from: 1, to: 2, tone: 'plain' }]);
  expect(rows[10]?.dots).toEqual([0]);
  expect(rows[6]?.gap).toBeCloseTo(6.8);
});

test('a ring that goes on reaches the end of the ladder', () => {
  const steps = stepsOf({ ...over, rings: [ring(AMAL, 5, 12, 'declined')], decisions: [] }).slice(0, 3);
  expect(ladderOf(steps).rows.map(({ bars }) => bars.map((bar) => bar.tone))).toEqual([
    [],
    ['wait'],
    ['wait'],
  ]);
});
