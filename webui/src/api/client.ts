/** The REST API, with types made from its own description. */

import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type FieldProblem = Schemas['FieldProblem'];

/** A refusal (RFC 9457): nothing has changed. `message` is a sentence for people, in their language. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    /** A stable word for programs, such as `in-use`. */
    readonly error: string,
    message: string,
    readonly fields: readonly FieldProblem[],
    /** Where it would be done, on another server; undefined: nowhere else. */
    readonly pages?: string,
  ) {
    super(message);
    this.name = 'ApiProblem';
  }

  /** What is wrong with a setting, or with anything in it; undefined when nothing is. */
  of(field: string): string | undefined {
    const own = this.fields.filter((each) => isWithin(each.field, field));
    return own.length > 0 ? own.map((each) => each.allowed).join(' · ') : undefined;
  }

  /** What is wrong apart from these settings, which show it themselves. */
  besides(fields: readonly string[]): readonly FieldProblem[] {
    return this.fields.filter((each) => !fields.some((field) => isWithin(each.field, field)));
  }
}

function isWithin(field: string, whole: string): boolean {
  return field === whole || field.startsWith(`${whole}.`) || field.startsWith(`${whole}[`);
}

/** The server could not be reached, or what answered was not our API. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable');
    this.name = 'Unreachable';
  }
}

/** What the audit calls the way by which changes come from here. */
const DOOR = 'page';

let csrfToken = '';
let language = 'en';
let organization: string | null = null;
let onSignedOut: () => void = () => {};

/** Whom changing requests are allowed for: what `GET /session` answered last. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token ?? '';
}

/** The language in which the API answers from now on. */
export function setApiLanguage(code: string): void {
  language = code;
}

/** For which organization an account of the host acts from now on, by id; null: its own, or the only one. */
export function setOrganization(id: string | null): void {
  organization = id;
}

/** An address of the API as things outside of `api` need it: streams, downloads, uploads. */
export function addressOf(path: string, query: Record<string, string> = {}): string {
  const all = { ...query, language, ...(organization === null ? {} : { organization }) };
  return `/api/v1${path}?${new URLSearchParams(all)}`;
}

/** What to do when the session is over. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

const conventions: Middleware = {
  async onRequest({ request }) {
    request.headers.set('Accept-Language', language);
    request.headers.set('Huntline-Door', DOOR);
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    if (organization === null) return request;
    const address = new URL(request.url);
    address.searchParams.set('organization', organization);
    // A request that is made of another one sends its body as a stream, which browsers refuse over HTTP/1.
    const { method, headers, signal } = request;
    const body = method === 'GET' ? null : await request.blob();
    return new Request(address, { method, headers, signal, body });
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    if (response.status === 401 && schemaPath !== '/api/v1/session') onSignedOut();
    throw await problemOf(response);
  },
  onError() {
    return new Unreachable();
  },
};

/** Requests by path; every refusal is thrown as an `ApiProblem`, a dead line as `Unreachable`. */
export const api = createClient<paths>();
api.use(conventions);

/** The body of an answer that is not a refusal. */
export async function bodyOf<T>(request: Promise<{ data?: T }>): Promise<T> {
  const { data } = await request;
  return data as T;
}

/** A request whose body is no JSON: an upload by form, to a path below `/api/v1`. */
export async function upload<T>(
  path: string,
  form: FormData,
  query: Record<string, string> = {},
  method: 'POST' | 'PUT' = 'POST',
): Promise<T> {
  const response = await fetched(path, query, { method, body: form });
  return (await response.json()) as T;
}

/** The answer to a request that is no JSON, such as sound, from a path below `/api/v1`. */
export async function download(path: string, body?: object): Promise<Blob> {
  const headers = { 'Content-Type': 'application/json' };
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers };
  return (await fetched(path, {}, request)).blob();
}

async function fetched(
  path: string,
  query: Record<string, string>,
  request: { method?: string; body?: BodyInit; headers?: Record<string, string> },
): Promise<Response> {
  const headers = { ...request.headers, 'X-CSRF-Token': csrfToken, 'Accept-Language': language };
  const response = await fetch(addressOf(path, query), { ...request, headers }).catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return response;
  if (response.status === 401) onSignedOut();
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<Error> {
  if (!response.headers.get('content-type')?.includes('problem+json')) return new Unreachable();
  const problem = (await response.json()) as Schemas['ProblemDetails'] & { pages?: string };
  return new ApiProblem(
    problem.status,
    problem.error,
    problem.detail,
    problem.errors ?? [],
    problem.pages || undefined,
  );
}
