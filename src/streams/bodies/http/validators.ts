import type { Dispatcher } from 'undici';
import { headerOf } from './connection/httpExchange.js';

/** By what a server tells one version of a body from another. */
export interface Validators {
  /** `ETag`, to the letter. */
  readonly etag: string | undefined;
  /** `Last-Modified`, to the letter, where it was long enough ago to tell one version from the next. */
  readonly lastModified: string | undefined;
}

/**
 * How long before the answer the last change must have been, in milliseconds: a date has whole seconds, and clocks of
 * one server may differ.
 */
const LONG_AGO = 60_000;

export const validatorsOf = (response: Dispatcher.ResponseData): Validators => {
  const lastModified = headerOf(response, 'last-modified');
  const age = Date.parse(headerOf(response, 'date') ?? '') - Date.parse(lastModified ?? '');
  return { etag: headerOf(response, 'etag'), lastModified: age >= LONG_AGO ? lastModified : undefined };
};

/** What a range may be asked for by (RFC 9110, 13.1.5): it changes with every byte. A weak `ETag` may not. */
export const strongValidator = ({ etag, lastModified }: Validators): string | undefined =>
  etag === undefined ? lastModified : etag.startsWith('"') ? etag : undefined;

/** Whether two answers cannot have the same body. */
export const differ = (one: Validators, other: Validators): boolean =>
  one.etag?.startsWith('"') === true && other.etag?.startsWith('"') === true && one.etag !== other.etag;
