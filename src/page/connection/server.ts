import { TokenWanted } from './reconnecting.js';

/** Where a token is kept: in this tab alone, and no longer than it. */
const PLACE = 'headwater-token';

/** The token that was given in this tab; undefined where none was. */
export const knownToken = (): string | undefined => sessionStorage.getItem(PLACE) ?? undefined;

/** Keeps a token for this tab. */
export const keepToken = (token: string): void => sessionStorage.setItem(PLACE, token);

/** What a request carries to be let in. */
export const credentials = (): Readonly<Record<string, string>> => {
  const token = knownToken();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
};

/** The server refused, and says why. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** What a problem says; the status where it is none (RFC 9457). */
const detailOf = async (response: Response): Promise<string> => {
  const problem = (await response.json().catch(() => undefined)) as { readonly detail?: string } | undefined;
  return problem?.detail ?? `The server answered ${response.status}.`;
};

/** How long an answer that is only looked up may take. Milliseconds. */
const LIMIT_MS = 12_000;

/** Why a request failed, in a sentence. */
export const describeFailure = (error: unknown): string => {
  if (error instanceof Refused) return error.message;
  return error instanceof DOMException && error.name === 'TimeoutError'
    ? 'The server does not answer.'
    : 'The server cannot be reached.';
};

const ask = async (path: string, init: RequestInit): Promise<Response> => {
  const response = await fetch(path, { cache: 'no-store', ...init });
  if (response.status === 401) throw new TokenWanted();
  if (!response.ok) throw new Refused(response.status, await detailOf(response));
  return response;
};

const look = (path: string): Promise<Response> =>
  ask(path, { headers: credentials(), signal: AbortSignal.timeout(LIMIT_MS) });

/**
 * Gets JSON from the server.
 *
 * @throws TokenWanted, Refused; TypeError where it cannot be reached, DOMException where it does not answer in time
 */
export const getJson = async <T>(path: string): Promise<T> => (await (await look(path)).json()) as T;

/** Gets text from the server. Errors as `getJson`. */
export const getText = async (path: string): Promise<string> => (await look(path)).text();

/** Asks the server by POST, without a body, to do something. Errors as `getJson`. */
export const post = async (path: string): Promise<void> => {
  await ask(path, { method: 'POST', headers: credentials(), signal: AbortSignal.timeout(LIMIT_MS) });
};

/** Sends JSON, and gets JSON. Errors as `getJson`. */
export const postJson = async <T>(path: string, body: unknown, signal: AbortSignal): Promise<T> => {
  const response = await ask(path, {
    method: 'POST',
    headers: { ...credentials(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return (await response.json()) as T;
};
