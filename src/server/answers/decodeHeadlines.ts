import { REQUEST_SOURCE } from '../http/requestSource.js';
import { isRight } from 'fp-ts/lib/Either.js';
import { described } from '../../contracts/messages/described.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { decodeHeadline } from '../../streams/live/headlineJson.js';
import type { Fault } from '../http/problem.js';
import { Refusal } from '../http/Refusal.js';
import type { ServerLimits } from '../queue/ServerLimits.js';

/** The maximum number of faults in one problem. */
const TOLD = 10;

/** A headline, or the fault of the input. */
export type Decoded = { readonly headline: LiveHeadline } | { readonly fault: Fault };

/**
 * Converts a value to a headline. The value is an object as in `headlineJson`, or only the title.
 *
 * @param value the parsed input
 * @param pointer its JSON pointer
 * @param id its ordinal in the request
 */
export const decodeItem = (value: unknown, pointer: string, id: number, { titleLength }: ServerLimits): Decoded => {
  const decoded = decodeHeadline(typeof value === 'string' ? { title: value } : value);
  if (isRight(decoded)) {
    const { title, guid, link, published, category } = decoded.right;
    if (title.length <= titleLength)
      return { headline: { id, title, source: REQUEST_SOURCE, guid, link, published, seen: Date.now(), category } };
    return {
      fault: {
        pointer: typeof value === 'string' ? pointer : `${pointer}/title`,
        detail: `The title has ${title.length} characters, but may have ${titleLength}.`,
      },
    };
  }
  const { field, expected, got } = decoded.left;
  const wanted = field === undefined ? 'a title or a JSON object' : expected;
  return {
    fault: {
      pointer: field === undefined || typeof value === 'string' ? pointer : `${pointer}/${field}`,
      detail: `Expected ${wanted}, got ${described(got, 'nothing')}.`,
    },
  };
};

/** Parses JSON. JSON cannot express undefined, so undefined stands for invalid JSON. */
export const parseJson = (text: string): unknown => {
  try {
    // A byte order mark is not part of the document.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch {
    return undefined;
  }
};

/** The headlines of a document. */
export interface Asked {
  readonly headlines: readonly LiveHeadline[];
  /** Whether the document was an array. The answer is then an array too. */
  readonly many: boolean;
}

/**
 * Reads a JSON document: one headline, or an array of them.
 *
 * @throws Refusal `malformed` if the text is not JSON, `too-many`, or `invalid` with the first faults
 */
export const decodeDocument = (text: string, limits: ServerLimits): Asked => {
  const value = parseJson(text);
  if (value === undefined)
    throw new Refusal(
      'malformed',
      'The body is not valid JSON. Send a headline, {"title": "…"}, or an array of headlines.',
    );
  const many = Array.isArray(value);
  const values: readonly unknown[] = many ? value : [value];
  if (values.length > limits.batch)
    throw new Refusal(
      'too-many',
      `A document may hold ${limits.batch} headlines, and this one holds ` +
        `${values.length}. Send fewer at a time, or send them as JSON lines.`,
    );
  const headlines: LiveHeadline[] = [];
  const errors: Fault[] = [];
  values.forEach((item, index) => {
    const decoded = decodeItem(item, many ? `/${index}` : '', index, limits);
    if ('headline' in decoded) headlines.push(decoded.headline);
    else errors.push(decoded.fault);
  });
  if (errors.length === 0) return { headlines, many };
  throw new Refusal(
    'invalid',
    `${errors.length} of ${values.length} values are not headlines, ` +
      `so nothing was classified. ${errors[0]?.detail ?? ''}`,
    { errors: errors.slice(0, TOLD) },
  );
};
