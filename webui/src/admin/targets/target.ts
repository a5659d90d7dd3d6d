/** Where calls can go, as forms hold it and as settings are written. Nothing in here does I/O. */

/** The kinds of places; to end the call is no place. */
export const TARGET_KINDS = ['person', 'queue', 'attendant', 'voicemail', 'address'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface Target {
  readonly kind: TargetKind;
  /**
   * A UPN for `person`, a name for `queue` and `attendant`, whose box for `voicemail` (a UPN, or the name of a queue
   * or group), `tel:` or `sip:` for `address`.
   */
  readonly target: string;
}

/** What a written target means, in an organization with these domains. */
export function targetOf(written: string, domains: readonly string[]): Target {
  const marked = /^(attendant|voicemail):(.*)$/is.exec(written);
  if (marked !== null) {
    const [, mark = '', name = ''] = marked;
    return { kind: mark.toLowerCase() === 'attendant' ? 'attendant' : 'voicemail', target: name };
  }
  if (/^sip:hg_[0-9a-f]{32}@/.test(written)) return { kind: 'queue', target: written };
  if (/^sip:|^[^:]+@/i.test(written)) {
    const upn = written.replace(/^sip:/i, '');
    const isOurs = domains.includes(upn.slice(upn.lastIndexOf('@') + 1).toLowerCase());
    return isOurs ? { kind: 'person', target: upn } : { kind: 'address', target: written };
  }
  return { kind: /^tel:/i.test(written) ? 'address' : 'queue', target: written };
}

/** How a target is written in settings; empty while nothing is chosen. */
export function written({ kind, target }: Target): string {
  if (target.trim() === '') return '';
  switch (kind) {
    case 'person':
      return `sip:${target}`;
    case 'queue':
      return target;
    case 'attendant':
      return `attendant:${target}`;
    case 'voicemail':
      return `voicemail:${target}`;
    case 'address':
      return telephone(target);
  }
}

/** A number as people write it, with `tel:` before it where that is missing; all else stays as it is. */
export function telephone(text: string): string {
  const typed = text.trim();
  return /^\+\d/.test(typed) ? `tel:${typed}` : typed;
}

/** What people call a target that they can read: without what only programs need. */
export function readable({ target }: Pick<Target, 'target'>): string {
  return target.startsWith('sip:hg_') ? '' : target.replace(/^tel:/, '');
}
