import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import type { BrotliCompress, Gzip } from 'node:zlib';

/** The compression of a response. */
export type Encoding = 'br' | 'gzip';

/** A smaller response fits into one packet without compression. Bytes. */
export const LEAST_BYTES = 1400;

/** A fast setting, because each response is compressed only once. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 5 };

/**
 * The encoding that a client accepts. With equal weights, brotli is preferred to gzip; undefined if it accepts neither.
 *
 * @param accept the field Accept-Encoding (RFC 9110, section 12.5.3)
 */
export const acceptedEncoding = (accept: string | readonly string[] | undefined): Encoding | undefined => {
  if (typeof accept !== 'string') return undefined;
  const weights = new Map<string, number>();
  for (const item of accept.split(',')) {
    const [name = '', ...parameters] = item.split(';');
    const q = parameters.map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(parameter)?.[1]).find(Boolean);
    weights.set(name.trim().toLowerCase(), q === undefined ? 1 : Number(q));
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [br, gz] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= gz) return 'br';
  return gz > 0 ? 'gzip' : undefined;
};

/** Compresses a complete body. */
export const compressed = (body: Buffer, encoding: Encoding): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void => {
      if (error === null) resolve(result);
      else reject(error);
    };
    if (encoding === 'br') brotliCompress(body, BROTLI, done);
    else gzip(body, GZIP, done);
  });

/** Compresses a body that is still being written. `flush` sends everything that was written so far. */
export const compressor = (encoding: Encoding): BrotliCompress | Gzip =>
  encoding === 'br' ? createBrotliCompress(BROTLI) : createGzip(GZIP);
