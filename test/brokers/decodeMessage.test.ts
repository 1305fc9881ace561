import { expect, it } from 'vitest';
import { decodeMessage } from '../../src/brokers/decodeMessage.js';

const decoded = (bytes: Uint8Array | undefined | null): unknown => {
  const found = decodeMessage(bytes, 0, 'topic', 0);
  return found._tag === 'Right' ? found.right.title : found.left;
};

it.each([
  ['plain text', Buffer.from(' Ferry returns \n')],
  ['a text of JSON', Buffer.from('"Ferry returns"\n')],
  ['an object', Buffer.from('{"title": "Ferry returns"}')],
  ['an object with another name', Buffer.from('{"payload": {"after": {"text": "Ferry returns"}}}')],
  ['JSON after the schema id of a registry', Buffer.from('\0\0\0\0\x07{"text": "Ferry returns"}')],
])('decodes %s', (_, bytes) => {
  expect(decoded(bytes)).toBe('Ferry returns');
});

it.each([
  ['binary data after a schema id', Buffer.from([0, 0, 0, 0, 7, 0x80, 0x81]), /not UTF-8/],
  ['Avro after a schema id', Buffer.from('\0\0\0\0\x07\x1aFerry returns'), /^binary data, such as Avro/],
  ['an object without a text', Buffer.from('{"number": 1}'), /title .* must be/],
  ['a message without data', undefined, /title .* must be/],
  ['a tombstone', null, /title .* must be/],
  ['null', Buffer.from('null'), /null, but must be/],
  ['an array', Buffer.from('["Ferry returns"]'), /an array, but must be/],
  ['half an object', Buffer.from('{"title": '), /not JSON/],
])('says why %s is none', (_, bytes, reason) => {
  expect(decoded(bytes)).toMatch(reason);
});

it.each(['"Yes" or "no"', '[Update] Ferry returns [2]', '2026', 'true'])('takes %s as it is written', (title) => {
  expect(decoded(Buffer.from(title))).toBe(title);
});
