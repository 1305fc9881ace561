import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';

/** An address as an absolute one; undefined if it is not http or https. */
export const httpAddress = (written: string | undefined, base: string | URL | undefined): string | undefined => {
  const url = written === undefined ? undefined : parsedUrl(written.trim(), base);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined;
};
