import type { IncomingMessage } from 'node:http';
import { Refusal } from './Refusal.js';

/** The formats of request bodies and responses. */
export type BodyForm = 'json' | 'lines';

const FORMS: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'lines'],
  ['application/jsonl', 'lines'],
]);

/** The media type of each format. */
export const TYPE_OF: Readonly<Record<BodyForm, string>> = { json: 'application/json', lines: 'application/x-ndjson' };

const typeOf = (field: string): string => field.split(';', 1).join('').trim().toLowerCase();

/**
 * The format of a request body.
 *
 * @throws Refusal `media-type` if the type is not supported, or the body is compressed or not UTF-8
 */
export const requestForm = ({ headers }: IncomingMessage): BodyForm => {
  const accept = { headers: { accept: [...FORMS.keys()].join(', ') } };
  const type = headers['content-type'] ?? '';
  const form = FORMS.get(typeOf(type));
  if (form === undefined)
    throw new Refusal(
      'media-type',
      `Send headlines as ${[...FORMS.keys()].join(' or ')}, and say which in Content-Type.`,
      accept,
    );
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset))
    throw new Refusal('media-type', 'Send the body as UTF-8: no other charset is read.', accept);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new Refusal('media-type', 'Send the body as it is: no Content-Encoding is read.', {
      headers: { 'accept-encoding': 'identity' },
    });
  return form;
};

/** The weight of a type in an Accept field: that of the most specific matching range, 0 without a match. */
const weightOf = (accept: string, type: string): number => {
  let closest = 0;
  let weight = 0;
  for (const range of accept.split(',')) {
    const name = typeOf(range);
    const closeness = name === type ? 3 : name === `${type.split('/', 1).join('')}/*` ? 2 : name === '*/*' ? 1 : 0;
    if (closeness <= closest) continue;
    closest = closeness;
    weight = Number(/;\s*q\s*=\s*([\d.]+)/i.exec(range)?.[1] ?? 1);
  }
  return weight;
};

/**
 * The format of the response: that of the request, unless the client prefers the other one.
 *
 * @throws Refusal `not-acceptable` if the client accepts neither
 */
export const answerForm = ({ headers: { accept } }: IncomingMessage, asked: BodyForm): BodyForm => {
  if (accept === undefined || accept.trim() === '') return asked;
  const weights = {
    json: weightOf(accept, 'application/json'),
    lines: Math.max(weightOf(accept, 'application/x-ndjson'), weightOf(accept, 'application/jsonl')),
  };
  if (weights.json === 0 && weights.lines === 0)
    throw new Refusal(
      'not-acceptable',
      `The answer can be ${Object.values(TYPE_OF).join(' or ')}: accept one of them.`,
    );
  if (weights.json === weights.lines) return asked;
  return weights.json > weights.lines ? 'json' : 'lines';
};
