/** A thing with its tag (RFC 9110 section 8.8.3), so that nobody overwrites what somebody else has saved. */

export interface Stored<T> {
  readonly item: T;
  readonly etag: string | null;
}

export async function storedOf<T>(request: Promise<{ data?: T; response: Response }>): Promise<Stored<T>> {
  const { data, response } = await request;
  return { item: data as T, etag: response.headers.get('ETag') };
}

/** The header that makes a change wait for nobody: refused with 412 when another tag is in force. */
export function ifMatch(etag: string | null): { readonly 'if-match'?: string } {
  return etag === null ? {} : { 'if-match': etag };
}
