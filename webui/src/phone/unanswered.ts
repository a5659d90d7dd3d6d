/** What was sent to the server and may not have arrived there. Nothing in here does I/O. */

interface Kept {
  readonly at: number;
  /** What shows that it has arrived, null when nothing does. */
  readonly awaits: string | null;
}

// RFC 3261 section 17.1.1.2 (timer B): then whoever sent it has given up.
const KEPT_FOR = 32_000;

/** Messages of SIP (RFC 3261) for a line that may break at any moment. All moments are in ms. */
export class Unanswered {
  private readonly kept = new Map<string, Kept>();

  /** A message was sent; or it could not be, and is to be over the next line. */
  add(message: string, isSent: boolean, now: number): void {
    this.forgetOld(now);
    if (message.startsWith('REGISTER ')) return; // it is about the line by which it is sent
    const awaits = answerTo(message);
    if (awaits !== null || !isSent) this.kept.set(message, { at: now, awaits });
  }

  /** A message came: it may be what another one waits for. */
  heard(message: string): void {
    const answered = answeredBy(message);
    for (const [text, { awaits }] of this.kept)
      if (awaits !== null && awaits === answered) this.kept.delete(text);
  }

  /** What is to be sent over a new line, the oldest first. */
  again(now: number): string[] {
    this.forgetOld(now);
    const messages = [...this.kept];
    for (const [text, { awaits }] of messages) if (awaits === null) this.kept.delete(text);
    return messages.map(([text]) => text);
  }

  private forgetOld(now: number): void {
    for (const [text, { at }] of this.kept) if (now - at > KEPT_FOR) this.kept.delete(text);
  }
}

/** The Call-ID of an INVITE, null for anything else. */
export function invited(message: string): string | null {
  return message.startsWith('INVITE ') ? first(/^(?:call-id|i)\s*:\s*(\S+)/im, message) : null;
}

/** What a request waits for, and a refusal of an INVITE (section 17.2.1); others are repeated, or need nothing. */
function answerTo(message: string): string | null {
  const status = statusOf(message);
  if (status === null) return message.startsWith('ACK ') ? null : transaction(message, methodOf(message));
  return status >= 300 && methodOf(message) === 'INVITE' ? transaction(message, 'ACK') : null;
}

function answeredBy(message: string): string | null {
  const status = statusOf(message);
  if (status === null) return message.startsWith('ACK ') ? transaction(message, 'ACK') : null;
  return status >= 200 ? transaction(message, methodOf(message)) : null;
}

function transaction(message: string, method: string | null): string {
  return `${first(/^(?:via|v)\s*:[^\r\n]*?;\s*branch=([^;,\s]+)/im, message)} ${method}`;
}

function statusOf(message: string): number | null {
  const status = first(/^SIP\/2\.0 (\d{3})/, message);
  return status === null ? null : Number(status);
}

function methodOf(message: string): string | null {
  return first(/^cseq\s*:\s*\d+\s+([A-Z]+)/im, message);
}

function first(pattern: RegExp, message: string): string | null {
  return pattern.exec(message)?.[1] ?? null;
}
