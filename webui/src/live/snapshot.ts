/** Everything as it is now, kept up to date by the changes that the server sends. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

export type LiveQueue = Schemas['LiveQueue'];
export type LiveAgent = Schemas['LiveAgent'];
export type LiveCall = Schemas['LiveCall'];
export type LiveMailbox = Schemas['LiveMailbox'];

export interface Snapshot {
  readonly at: string;
  readonly queues: ReadonlyMap<string, LiveQueue>;
  readonly agents: ReadonlyMap<string, LiveAgent>;
  readonly calls: ReadonlyMap<string, LiveCall>;
  /** Those that I hear and that have had messages. */
  readonly mailboxes: ReadonlyMap<string, LiveMailbox>;
}

export interface SentSnapshot {
  readonly at: string;
  readonly queues: readonly LiveQueue[];
  readonly agents: readonly LiveAgent[];
  readonly calls: readonly LiveCall[];
  readonly mailboxes: readonly LiveMailbox[];
}

export interface Change extends SentSnapshot {
  readonly queues_gone: readonly string[];
  readonly agents_gone: readonly string[];
  readonly calls_gone: readonly string[];
  readonly mailboxes_gone: readonly string[];
}

/** Whether the reason of an agent's state says more than the state itself, in whatever language it is told. */
export function saysMore(agent: LiveAgent): boolean {
  const { kind, note } = agent.why;
  return kind !== 'ready' && !(kind === 'paused' && note === '');
}

export function snapshotOf(sent: SentSnapshot): Snapshot {
  return {
    at: sent.at,
    queues: new Map(sent.queues.map((queue) => [queue.id, queue])),
    agents: new Map(sent.agents.map((agent) => [agent.id, agent])),
    calls: new Map(sent.calls.map((call) => [call.call_id, call])),
    mailboxes: new Map(sent.mailboxes.map((mailbox) => [mailbox.id, mailbox])),
  };
}

/** The snapshot after a change; parts in which nothing changed stay the same objects. */
export function changed(snapshot: Snapshot, change: Change): Snapshot {
  return {
    at: change.at,
    queues: merged(snapshot.queues, change.queues, change.queues_gone, (queue) => queue.id),
    agents: merged(snapshot.agents, change.agents, change.agents_gone, (agent) => agent.id),
    calls: merged(snapshot.calls, change.calls, change.calls_gone, (call) => call.call_id),
    mailboxes: merged(snapshot.mailboxes, change.mailboxes, change.mailboxes_gone, ({ id }) => id),
  };
}

function merged<T>(
  before: ReadonlyMap<string, T>,
  news: readonly T[],
  gone: readonly string[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T> {
  if (news.length === 0 && gone.length === 0) return before;
  const after = new Map(before);
  for (const item of news) after.set(keyOf(item), item);
  for (const key of gone) after.delete(key);
  return after;
}
