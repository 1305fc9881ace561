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

const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
  const response = await fetch(path, { cache: 'no-store', ...init });
  if (response.status === 401) throw new TokenWanted();
  if (!response.ok) throw new Refused(response.status, await detailOf(response));
  return (await response.json()) as T;
};

/**
 * Gets JSON from the server.
 *
 * @throws TokenWanted, Refused; TypeError where it cannot be reached
 */
export const getJson = <T>(path: string): Promise<T> => ask<T>(path, { headers: credentials() });

/** Sends JSON, and gets JSON. Errors as `getJson`. */
export const postJson = <T>(path: string, body: unknown, signal: AbortSignal): Promise<T> =>
  ask<T>(path, {
    method: 'POST',
    headers: { ...credentials(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
