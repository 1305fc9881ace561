import type { Dispatcher } from 'undici';
import { headerOf } from './connection/httpExchange.js';

/** The headers that identify one version of a body. */
export interface Validators {
  /** `ETag`, unchanged. */
  readonly etag: string | undefined;
  /** `Last-Modified`, unchanged, if it is old enough to identify one version. */
  readonly lastModified: string | undefined;
}

/**
 * The minimum age of the last change, in milliseconds. Dates have a resolution of one second, and the clocks behind one
 * server may differ.
 */
const LONG_AGO = 60_000;

export const validatorsOf = (response: Dispatcher.ResponseData): Validators => {
  const lastModified = headerOf(response, 'last-modified');
  const age = Date.parse(headerOf(response, 'date') ?? '') - Date.parse(lastModified ?? '');
  return { etag: headerOf(response, 'etag'), lastModified: age >= LONG_AGO ? lastModified : undefined };
};

/**
 * The validator for a range request (RFC 9110, 13.1.5), which must change with every byte. A weak `ETag` is not
 * allowed.
 */
export const strongValidator = ({ etag, lastModified }: Validators): string | undefined =>
  etag === undefined ? lastModified : etag.startsWith('"') ? etag : undefined;

/**
 * Whether a partial response has the validator that the request named. A server that does not know `If-Range` may send
 * a part of another version.
 */
export const carries = (response: Dispatcher.ResponseData, validator: string): boolean =>
  headerOf(response, 'etag') === validator || headerOf(response, 'last-modified') === validator;

/** Whether two responses have different strong `ETag`s, and so different bodies. */
export const differ = (one: Validators, other: Validators): boolean =>
  one.etag?.startsWith('"') === true && other.etag?.startsWith('"') === true && one.etag !== other.etag;
