/** The wallboard as data: each queue with its agents, its callers and what is wrong. Nothing in here does I/O. */

import type { LiveAgent, LiveCall, LiveQueue, Snapshot } from '~/live/snapshot';
import type { Preferences } from './preferences';

/** What an agent is doing as a queue sees it, in the order in which it is shown. */
export const AGENT_STATES = [
  'ready',
  'ringing',
  'talking',
  'wrapUp',
  'doNotDisturb',
  'paused',
  'optedOut',
  'signedOut',
] as const;
export type AgentState = (typeof AGENT_STATES)[number];

export interface AgentOnBoard {
  readonly agent: LiveAgent;
  readonly state: AgentState;
}

export interface QueueOnBoard {
  readonly queue: LiveQueue;
  readonly agents: readonly AgentOnBoard[];
  readonly counts: Readonly<Record<AgentState, number>>;
  /** Everybody in the line, its head first; after them those who still hear the greeting. */
  readonly callers: readonly LiveCall[];
  /** Calls that an agent has taken and that history does not have yet. */
  readonly answered: number;
}

/** Why a queue is marked: too many wait, somebody waits too long, or nobody is there for those who wait. */
export type Alarm = 'tooMany' | 'tooLong' | 'nobody';

const PLAIN: Record<string, AgentState> = {
  ringing: 'ringing',
  talking: 'talking',
  'signed-out': 'signedOut',
  paused: 'paused',
};

/** What an agent is doing, for one queue; a call goes before everything else, absence before opting out. */
export function stateIn(agent: LiveAgent, queue: string): AgentState {
  const plain = PLAIN[agent.state];
  if (plain !== undefined) return plain;
  if (agent.presence === 'offline') return 'signedOut';
  if (agent.opted_out.includes(queue)) return 'optedOut';
  if (agent.state === 'wrap-up') return 'wrapUp';
  return agent.presence === 'do-not-disturb' ? 'doNotDisturb' : 'ready';
}

/** How many agents a queue would ring now. */
export function readyIn(snapshot: Snapshot, queue: string): number {
  const agents = [...snapshot.agents.values()].filter(({ queues }) => queues.includes(queue));
  return agents.filter((agent) => stateIn(agent, queue) === 'ready').length;
}

/** The queues that are wanted, in the order that is wanted. */
export function boardOf(snapshot: Snapshot, preferences: Preferences): QueueOnBoard[] {
  const shown = ordered([...snapshot.queues.values()], preferences).filter(
    (queue) => !preferences.hidden.includes(queue.id),
  );
  const agents = byQueue([...snapshot.agents.values()], (agent) => agent.queues);
  const calls = byQueue([...snapshot.calls.values()], (call) => (call.queue === null ? [] : [call.queue]));
  return shown.map((queue) => onBoard(queue, agents.get(queue.name) ?? [], calls.get(queue.name) ?? []));
}

/** All queues in the order that is wanted. */
export function ordered(queues: readonly LiveQueue[], { order }: Pick<Preferences, 'order'>): LiveQueue[] {
  const place = (queue: LiveQueue) => (order.includes(queue.id) ? order.indexOf(queue.id) : order.length);
  return [...queues].sort((one, other) => place(one) - place(other) || one.name.localeCompare(other.name));
}

/** The order after a queue has moved up (-1) or down (1). */
export function moved(queues: readonly LiveQueue[], id: string, by: -1 | 1): string[] {
  const order = queues.map((queue) => queue.id);
  const from = order.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return order;
  order.splice(to, 0, ...order.splice(from, 1));
  return order;
}

/** What is wrong with a queue at a moment (ms since 1970). */
export function alarmsOf(board: QueueOnBoard, preferences: Preferences, now: number): Alarm[] {
  const { queue } = board;
  const { mostWaiting, longestWait } = preferences;
  const alarms: Alarm[] = [];
  if (mostWaiting !== null && queue.waiting > mostWaiting) alarms.push('tooMany');
  if (longestWait !== null && waitOf(queue, now) > longestWait) alarms.push('tooLong');
  if (queue.waiting > 0 && presentOf(board) === 0) alarms.push('nobody');
  return alarms;
}

/** How many agents are there for the queue: free, or soon again. */
export function presentOf({ counts }: Pick<QueueOnBoard, 'counts'>): number {
  return counts.ready + counts.ringing + counts.talking + counts.wrapUp;
}

/** All queues together: somebody who serves several is one agent. */
export interface Totals {
  readonly waiting: number;
  /** Since when whoever has waited longest waits (ms since 1970); null where nobody waits. */
  readonly longestSince: number | null;
  readonly talking: number;
  readonly ready: number;
  readonly agents: number;
}

export function totalsOf(boards: readonly QueueOnBoard[]): Totals {
  const since = boards.flatMap(({ queue }) => queue.longest_waiting_since ?? []).map(Date.parse);
  const sum = (of: (queue: LiveQueue) => number) => boards.reduce((total, { queue }) => total + of(queue), 0);
  const agents = boards.flatMap((board) => board.agents);
  const distinct = (all: readonly AgentOnBoard[]) => new Set(all.map(({ agent }) => agent.id)).size;
  return {
    waiting: sum(({ waiting }) => waiting),
    longestSince: since.length === 0 ? null : Math.min(...since),
    talking: sum(({ talking }) => talking),
    ready: distinct(agents.filter(({ state }) => state === 'ready')),
    agents: distinct(agents),
  };
}

/** Seconds that the head of the line has waited; 0 where nobody waits. */
export function waitOf(queue: LiveQueue, now: number): number {
  const since = queue.longest_waiting_since;
  return since === null ? 0 : Math.max(0, (now - Date.parse(since)) / 1000);
}

function onBoard(queue: LiveQueue, agents: readonly LiveAgent[], calls: readonly LiveCall[]): QueueOnBoard {
  const counts = Object.fromEntries(AGENT_STATES.map((state) => [state, 0])) as Record<AgentState, number>;
  const all = agents.map((agent) => ({ agent, state: stateIn(agent, queue.name) }));
  for (const { state } of all) counts[state] += 1;
  return {
    queue,
    agents: all.sort(byStateAndName),
    counts,
    callers: calls.filter((call) => call.position !== null || call.state === 'greeting').sort(byPlace),
    answered: calls.filter((call) => call.state === 'talking').length,
  };
}

function byQueue<T>(items: readonly T[], queuesOf: (item: T) => readonly string[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    for (const queue of queuesOf(item)) {
      const before = found.get(queue);
      if (before === undefined) found.set(queue, [item]);
      else before.push(item);
    }
  }
  return found;
}

function byStateAndName(one: AgentOnBoard, other: AgentOnBoard): number {
  return (
    AGENT_STATES.indexOf(one.state) - AGENT_STATES.indexOf(other.state) ||
    one.agent.display_name.localeCompare(other.agent.display_name)
  );
}

function byPlace(one: LiveCall, other: LiveCall): number {
  const last = Number.POSITIVE_INFINITY;
  return (one.position ?? last) - (other.position ?? last) || arrivalOf(one).localeCompare(arrivalOf(other));
}

function arrivalOf(call: LiveCall): string {
  return call.arrived_at ?? '';
}
