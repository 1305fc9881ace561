import { TokenWanted } from './reconnecting.js';

/** The storage key of the token. The token is stored only for this tab, and until it is closed. */
const PLACE = 'headwater-token';

/** The token that was entered in this tab; undefined if there is none. */
export const knownToken = (): string | undefined => sessionStorage.getItem(PLACE) ?? undefined;

/** Stores a token for this tab. */
export const keepToken = (token: string): void => sessionStorage.setItem(PLACE, token);

/** The authorization headers of a request. */
export const credentials = (): Readonly<Record<string, string>> => {
  const token = knownToken();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
};

/** The server refused the request and gave a reason. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** The detail of a problem (RFC 9457), or the status if the response is not a problem. */
const detailOf = async (response: Response): Promise<string> => {
  const problem = (await response.json().catch(() => undefined)) as { readonly detail?: string } | undefined;
  return problem?.detail ?? `The server answered ${response.status}.`;
};

/** The timeout of a GET request. Milliseconds. */
const LIMIT_MS = 12_000;

/** Describes in a sentence why a request failed. */
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
 * @throws TokenWanted, Refused; TypeError if the server cannot be reached, DOMException if it does not answer in time
 */
export const getJson = async <T>(path: string): Promise<T> => (await (await look(path)).json()) as T;

/** Gets text from the server. Errors: as for `getJson`. */
export const getText = async (path: string): Promise<string> => (await look(path)).text();

/** Sends a POST request without a body. Errors: as for `getJson`. */
export const post = async (path: string): Promise<void> => {
  await ask(path, { method: 'POST', headers: credentials(), signal: AbortSignal.timeout(LIMIT_MS) });
};

/** Sends JSON, and receives JSON. Errors: as for `getJson`. */
export const postJson = async <T>(path: string, body: unknown, signal: AbortSignal): Promise<T> => {
  const response = await ask(path, {
    method: 'POST',
    headers: { ...credentials(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return (await response.json()) as T;
};
