import { Headers } from 'undici';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { userAgent } from '../feeds/userAgent.js';

/** How a source makes itself known to a server. */
export interface IdentityOptions {
  /** Where whoever runs the server can reach whoever asks: an address of the web or of mail, sent in the User-Agent. Default: the package's page, where it has one. */
  readonly contact?: string | undefined;
  /** Headers sent beside our own, or in their place: `{ authorization: 'Bearer …' }`. They go to the server that was named alone, not to where it redirects. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * The headers that are sent, by their names in lower case.
 *
 * @throws HeadwaterError `HW_USAGE` for what no header can be
 */
export const identityHeaders = ({ contact, headers = {} }: IdentityOptions): Readonly<Record<string, string>> => {
  const own = { 'user-agent': userAgent(contact) };
  try {
    return { ...own, ...Object.fromEntries(new Headers(headers)) };
  } catch (cause) {
    // The message may not show a header: what stands there is often a secret.
    throw new HeadwaterError('HW_USAGE', 'One of headers has a name or a value that cannot be sent. Give names of letters, digits and hyphens, and values without line breaks.', { cause });
  }
};
