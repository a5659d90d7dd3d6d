/** Whether the server is well, as `/healthz` says. */

const PARTS = [
  'supervisor',
  'signalling',
  'new_calls',
  'media',
  'database',
  'disk',
  'load',
  'audio',
  'tolls',
  'trunks',
  'cluster',
] as const;

export type Part = (typeof PARTS)[number];

/** The parts of the server that are not well. */
export async function readHealth(): Promise<Part[]> {
  return notWell(await (await fetch('/healthz')).json());
}

/** What an answer of `/healthz` says; nothing of what is none. */
export function notWell(answer: unknown): Part[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const parts = answer as Readonly<Record<string, unknown>>;
  return PARTS.filter((part) => parts[part] === false);
}
