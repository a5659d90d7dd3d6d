/** Whom a typed text calls. Nothing in here does I/O. */

/** Blanks, dots and the like that people write into numbers (RFC 3966 section 5.1.1). */
const SEPARATORS = /[\s.()\-/\u00a0\u202f]/g;

/** The SIP address that a text calls, null when it is neither a number nor an address. */
export function targetOf(text: string, domain: string): string | null {
  const plain = text.trim().replace(/^(sips?|tel):/i, '');
  const number = plain.replace(SEPARATORS, '');
  if (/^\+?[0-9*#]+$/.test(number)) return `sip:${encodeURIComponent(number).replace('%2B', '+')}@${domain}`;
  return /^[^\s@<>"]+@[^\s@<>"]+$/.test(plain) ? `sip:${plain}` : null;
}

/** The domain of an address such as `sip:amal@contoso.com`. */
export function domainOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('@') + 1);
}
