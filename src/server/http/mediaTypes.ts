import type { IncomingMessage } from 'node:http';
import { Refusal } from './Refusal.js';

/** The forms in which headlines come and answers go. */
export type BodyForm = 'json' | 'lines';

const FORMS: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'lines'],
  ['application/jsonl', 'lines'],
]);

/** What answers of a form are called. */
export const TYPE_OF: Readonly<Record<BodyForm, string>> = { json: 'application/json', lines: 'application/x-ndjson' };

const typeOf = (field: string): string => field.split(';', 1).join('').trim().toLowerCase();

/**
 * The form of a request's body.
 *
 * @throws Refusal `media-type` where it is none of ours, is compressed, or is not UTF-8
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

/** How much a type is wanted by an Accept field, from 0: the weight of the range that fits most closely. */
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
 * The form of the answer: that of the request, unless the client wants the other one more.
 *
 * @throws Refusal `not-acceptable` where it accepts neither
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
