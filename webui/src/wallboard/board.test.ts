// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { type LiveAgent, type LiveCall, type LiveQueue, snapshotOf } from '~/live/snapshot';
import {
  alarmsOf,
  boardOf,
  moved,
  ordered,
  type QueueOnBoard,
  readyIn,
  stateIn,
  totalsOf,
  waitOf,
} from './board';
import { DEFAULTS } from './preferences';

const AT = '2026-11-24T10:00:00Z';
const NOW = Date.parse(AT);

function queue(name: string, fields: Partial<LiveQueue> = {}): LiveQueue {
  return {
    id: name.toLowerCase(),
    name,
    waiting: 0,
    longest_waiting_since: null,
    longest_wait_s: null,
    talking: 0,
    agents_ready: 0,
    ...fields,
  } as LiveQueue;
}

function agent(name: string, fields: Partial<LiveAgent> = {}): LiveAgent {
  return {
    id: name,
    upn: `${name}@contoso.com`,
    display_name: name,
    state: 'ready',
    reason: 'ready',
    why: { kind: 'ready' },
    presence: 'available',
    since: AT,
    until: null,
    queues: ['Sales'],
    opted_out: [],
    ...fields,
  };
}

function call(id: string, fields: Partial<LiveCall> = {}): LiveCall {
  return {
    call_id: id,
    caller: '+14255550123',
    queue: 'Sales',
    state: 'waiting',
    position: 1,
    arrived_at: AT,
    waiting_since: AT,
    waited_s: 0,
    agent: null,
    ringing: [],
    ...fields,
  } as LiveCall;
}

function boardWith(parts: {
  queues?: LiveQueue[];
  agents?: LiveAgent[];
  calls?: LiveCall[];
}): QueueOnBoard[] {
  return boardOf(
    snapshotOf({ at: AT, queues: [queue('Sales')], agents: [], calls: [], mailboxes: [], ...parts }),
    DEFAULTS,
  );
}

function only(boards: QueueOnBoard[]): QueueOnBoard {
  const [board] = boards;
  if (board === undefined || boards.length > 1) throw new Error(`${boards.length} queues`);
  return board;
}

test.each([
  [{}, 'ready'],
  [{ presence: 'busy' }, 'ready'],
  [{ presence: 'do-not-disturb' }, 'doNotDisturb'],
  [{ presence: 'offline' }, 'signedOut'],
  [{ opted_out: ['Sales'] }, 'optedOut'],
  [{ opted_out: ['Support'] }, 'ready'],
  [{ state: 'wrap-up' }, 'wrapUp'],
  [{ state: 'wrap-up', opted_out: ['Sales'] }, 'optedOut'],
  [{ state: 'talking', opted_out: ['Sales'] }, 'talking'],
  [{ state: 'ringing', presence: 'busy' }, 'ringing'],
  [{ state: 'paused', opted_out: ['Sales'] }, 'paused'],
  [{ state: 'signed-out', opted_out: ['Sales'] }, 'signedOut'],
] as const)('an agent with %o is %s', (fields, state) => {
  expect(stateIn(agent('amal', fields as Partial<LiveAgent>), 'Sales')).toBe(state);
});

test('agents are counted for each queue that they serve, and come by state and name', () => {
  const [sales, support] = boardWith({
    queues: [queue('Support'), queue('Sales')],
    agents: [
      agent('dmitri', { state: 'signed-out' }),
      agent('carla', { state: 'talking', queues: ['Sales', 'Support'] }),
      agent('bao'),
      agent('amal', { queues: ['Sales', 'Support'], opted_out: ['Support'] }),
    ],
  });
  expect(sales?.agents.map((each) => each.agent.display_name)).toEqual(['amal', 'bao', 'carla', 'dmitri']);
  expect(sales?.counts).toMatchObject({ ready: 2, talking: 1, signedOut: 1, optedOut: 0 });
  expect(support?.counts).toMatchObject({ ready: 0, talking: 1, optedOut: 1 });
});

test('callers come by their place, those in the greeting last; talking ones are counted', () => {
  const board = only(
    boardWith({
      calls: [
        call('greeted', { state: 'greeting', position: null, waiting_since: null }),
        call('second', { position: 2 }),
        call('talks', { state: 'talking', position: null, agent: 'bao@contoso.com' }),
        call('head', { position: 1, state: 'alerting', ringing: ['amal@contoso.com'] }),
        call('elsewhere', { queue: 'Support' }),
        call('direct', { queue: null, state: 'talking' }),
      ],
    }),
  );
  expect(board.callers.map((each) => each.call_id)).toEqual(['head', 'second', 'greeted']);
  expect(board.answered).toBe(1);
});

test('queues come in the chosen order, new ones by name, hidden ones not at all', () => {
  const queues = [queue('Alpha'), queue('Beta'), queue('Gamma'), queue('Delta')];
  const preferences = { ...DEFAULTS, order: ['gamma', 'alpha'], hidden: ['beta'] };
  const boards = boardOf(snapshotOf({ at: AT, queues, agents: [], calls: [], mailboxes: [] }), preferences);
  expect(boards.map((each) => each.queue.name)).toEqual(['Gamma', 'Alpha', 'Delta']);
});

test('a queue moves by one place and never out of the list', () => {
  const queues = ordered([queue('A'), queue('B'), queue('C')], { order: [] });
  expect(moved(queues, 'b', -1)).toEqual(['b', 'a', 'c']);
  expect(moved(queues, 'b', 1)).toEqual(['a', 'c', 'b']);
  expect(moved(queues, 'a', -1)).toEqual(['a', 'b', 'c']);
  expect(moved(queues, 'c', 1)).toEqual(['a', 'b', 'c']);
});

test('a queue is marked past the thresholds, not at them', () => {
  const since = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
  const marked = (waiting: number, seconds: number) =>
    alarmsOf(
      only(
        boardWith({
          queues: [queue('Sales', { waiting, longest_waiting_since: since(seconds) })],
          agents: [agent('amal')],
        }),
      ),
      DEFAULTS,
      NOW,
    );
  expect(marked(5, 60)).toEqual([]);
  expect(marked(6, 60)).toEqual(['tooMany']);
  expect(marked(6, 61)).toEqual(['tooMany', 'tooLong']);
});

test('callers with nobody there mark a queue whatever the thresholds', () => {
  const quiet = { ...DEFAULTS, mostWaiting: null, longestWait: null };
  const parts = { queues: [queue('Sales', { waiting: 1, longest_waiting_since: AT })] };
  expect(
    alarmsOf(only(boardWith({ ...parts, agents: [agent('a', { state: 'paused' })] })), quiet, NOW),
  ).toEqual(['nobody']);
  expect(
    alarmsOf(only(boardWith({ ...parts, agents: [agent('a', { state: 'talking' })] })), quiet, NOW),
  ).toEqual([]);
  expect(alarmsOf(only(boardWith({ agents: [] })), quiet, NOW)).toEqual([]);
});

test('a wait is never below zero, whatever the clocks say', () => {
  expect(waitOf(queue('Sales'), NOW)).toBe(0);
  expect(waitOf(queue('Sales', { longest_waiting_since: AT }), NOW - 5_000)).toBe(0);
  expect(waitOf(queue('Sales', { longest_waiting_since: AT }), NOW + 5_000)).toBe(5);
});

test('all queues together count an agent of several once, and the longest wait of all', () => {
  const earlier = '2026-11-24T09:58:00Z';
  const boards = boardWith({
    queues: [
      queue('Sales', { waiting: 2, longest_waiting_since: AT, talking: 1 }),
      queue('Support', { waiting: 1, longest_waiting_since: earlier }),
    ],
    agents: [agent('amal', { queues: ['Sales', 'Support'] }), agent('bao', { state: 'talking' })],
  });
  expect(totalsOf(boards)).toEqual({
    waiting: 3,
    longestSince: Date.parse(earlier),
    talking: 1,
    ready: 1,
    agents: 2,
  });
  expect(totalsOf([]).longestSince).toBeNull();
});

test('ready is who would be rung now: not who is away, on a call, paused, opted out or of another queue', () => {
  const agents = [
    agent('amal'),
    agent('bao', { state: 'signed-out' }),
    agent('carla', { state: 'paused' }),
    agent('dmitri', { opted_out: ['Sales'] }),
    agent('elena', { presence: 'offline' }),
    agent('farid', { presence: 'do-not-disturb' }),
    agent('gita', { state: 'talking' }),
    agent('hugo', { queues: ['Help Desk'] }),
  ];
  const snapshot = snapshotOf({ at: AT, queues: [], agents, calls: [], mailboxes: [] });
  expect(readyIn(snapshot, 'Sales')).toBe(1);
  expect(readyIn(snapshot, 'Help Desk')).toBe(1);
  expect(readyIn(snapshot, 'Nowhere')).toBe(0);
});
