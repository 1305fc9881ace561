import * as E from 'fp-ts/lib/Either.js';
import type { LiveHeadline } from '../contracts/live/Live.js';
import { described } from '../contracts/messages/described.js';
import { decodeHeadline, withReadableFields } from '../streams/live/headlineJson.js';

const parsed = (text: string): E.Either<string, unknown> => {
  try {
    return E.right(JSON.parse(text) as unknown);
  } catch {
    return E.left(`not JSON: ${described(text)}`);
  }
};

/** The most characters of a source; a longer one is ignored. */
const LONGEST_SOURCE = 2048;

const sourceOf = (message: unknown): string | undefined => {
  if (typeof message !== 'object' || message === null || !('source' in message)) return undefined;
  const { source } = message;
  return typeof source === 'string' && source.trim() !== '' && source.length <= LONGEST_SOURCE ? source : undefined;
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/** How Avro and Protobuf of a schema registry begin, which may be valid UTF-8. No text begins so. */
const BINARY = '\0';

const textOf = (bytes: Uint8Array): E.Either<string, string> => {
  try {
    const text = decoder.decode(bytes);
    return text.startsWith(BINARY)
      ? E.left('binary data, such as Avro or Protobuf of a schema registry, and not JSON or text')
      : E.right(text);
  } catch {
    return E.left('not UTF-8');
  }
};

/** The bytes that a schema registry's serializer puts before JSON: a zero, and the id of the schema. */
const SCHEMA_BYTES = 5;
const BRACE = 0x7b;

const withoutSchema = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0 && bytes[SCHEMA_BYTES] === BRACE ? bytes.subarray(SCHEMA_BYTES) : bytes;

/** JSON that is no object: a text in quotes, an array, or null. Other texts are titles, also numbers. */
const OTHER_JSON = /^(?:".*"|\[.*\]|null)$/s;

/** The JSON of a message. A title as plain text may look like JSON, such as `"Yes" or "no"`. */
const jsonOf = (written: string): E.Either<string, unknown> => {
  if (written.startsWith('{')) return parsed(written);
  const json = OTHER_JSON.test(written) ? parsed(written) : E.left('');
  if (E.isLeft(json)) return E.right({ title: written });
  return typeof json.right === 'string' ? E.right({ title: json.right.trim() }) : json;
};

/**
 * Decodes a message to a headline: a JSON object in the format of `headlineJson`, or a title as plain text, also in the
 * quotes of JSON. The title may have another usual name, such as `text`, and the object may be inside others, such as
 * `data`. The field `source` names the original source of the headline.
 *
 * @param bytes the message's data; undefined or null for a message without data, such as a tombstone of Kafka
 * @param id the headline's ordinal
 * @param source the source if the message names none
 * @param seen when it was received, in milliseconds since 1970
 * @returns the headline, or the reason why the message is not one
 */
export const decodeMessage = (
  bytes: Uint8Array | undefined | null,
  id: number,
  source: string,
  seen: number,
): E.Either<string, LiveHeadline> => {
  const text = textOf(withoutSchema(bytes ?? new Uint8Array()));
  if (E.isLeft(text)) return text;
  const json = jsonOf(text.right.trim());
  if (E.isLeft(json)) return json;
  const decoded = decodeHeadline(withReadableFields(json.right, source));
  if (E.isLeft(decoded)) {
    const { field, expected, got } = decoded.left;
    return E.left(`${field ?? 'the message'} is ${described(got, 'left out')}, but must be ${expected}`);
  }
  const { title, guid, link, published, category } = decoded.right;
  return E.right({ id, source: sourceOf(json.right) ?? source, title, guid, link, published, seen, category });
};
