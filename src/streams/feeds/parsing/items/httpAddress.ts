import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';

/**
 * An address with the scheme that it is requested by: `feed://example.org/a` is http, and `feed:https://example.org/a`
 * is https. Some pages write `feed:://`, some links have two schemes, `http://https://example.org/a`, and some only one
 * slash. Podcasts have `itpc://` and `pcast://`. The rest stays as it is.
 */
export const requestable = (written: string): string =>
  written
    .trim()
    .replace(/^(?:feed::?(?:\/\/)?|https?:\/\/)(?=https?:\/\/)/i, '')
    .replace(/^(?:feed::?|itpc:|pcast:)\/\//i, 'http://')
    .replace(/^(https?):\/(?!\/)/i, '$1://');

/** An address as an absolute one; undefined if it is not http or https. */
export const httpAddress = (written: string | undefined, base: string | URL | undefined): string | undefined => {
  const url = written === undefined ? undefined : parsedUrl(requestable(written), base);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined;
};
