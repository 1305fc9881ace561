import { unescape as percentDecoded } from 'node:querystring';

/** An address without the name and the password that it was written with, and these beside it. */
export interface WebAddress {
  /** May be shown, and kept: there are no secrets in it. */
  readonly url: URL;
  /** The name and the password as the header that carries them; empty where there are none. */
  readonly authorization: Readonly<Record<string, string>>;
}

/**
 * Takes the name and the password out of an address, once, where it comes in: what is then made of it (links, redirects, messages, what is remembered) cannot have them.
 *
 * A `%` that encodes nothing stands for itself, as the URL standard has it.
 */
export const webAddress = (given: URL): WebAddress => {
  const { username, password } = given;
  const url = new URL(given);
  url.username = '';
  url.password = '';
  return { url, authorization: username === '' && password === '' ? {} : { authorization: `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}` } };
};

/**
 * What was written as an address, as it may be shown.
 *
 * Where it is none, nobody knows where its password ends: all goes that stands before its last `@`.
 */
export const withoutSecrets = (written: string): string => {
  if (!URL.canParse(written)) return written.replace(/^((?:[a-z][a-z\d+.-]*:)?[/\\]*).*@/is, '$1');
  const given = new URL(written);
  return given.username === '' && given.password === '' ? written : webAddress(given).url.href;
};
