/** What `huntline check` finds, and which setting it is about. Nothing in here does I/O. */

import type { Schemas } from '~/api/client';

export type Finding = Schemas['FindingView'];
export type Severity = Finding['severity'];

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** The setting within its thing: `queues[3].timeout.target` is `timeout.target`, `queues[3]` is empty. */
export function settingOf(field: string): string {
  return field.replace(/^[a-z_]+(\[\d+\]\.?)?/, '');
}

/** Those about one thing, such as `queue Help Desk`. */
export function findingsAbout(findings: readonly Finding[], key: string): readonly Finding[] {
  return findings.filter((finding) => finding.key === key);
}

/** Those about a setting, or about anything in it; those about the whole for an empty name. */
export function findingsAt(findings: readonly Finding[], setting: string): readonly Finding[] {
  return findings.filter(({ field }) => {
    const own = settingOf(field);
    return (
      own === setting || (setting !== '' && (own.startsWith(`${setting}.`) || own.startsWith(`${setting}[`)))
    );
  });
}

/** The worst severity among findings; null when there are none. */
export function worstOf(findings: readonly Finding[]): Severity | null {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null;
}
