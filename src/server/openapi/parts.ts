import { PROBLEM_JSON, type ProblemKind, PROBLEMS } from '../http/problem.js';

/** The JSON values of a description. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A reference to a named schema. */
export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** The responses for these kinds of problems, by status. */
export const problems = (...kinds: readonly ProblemKind[]): Readonly<Record<string, Json>> => {
  const byStatus = new Map<number, ProblemKind[]>();
  for (const kind of kinds) byStatus.set(PROBLEMS[kind].status, [...(byStatus.get(PROBLEMS[kind].status) ?? []), kind]);
  return Object.fromEntries(
    Array.from(byStatus, ([status, same]) => [
      String(status),
      {
        description: `${same.map((kind) => PROBLEMS[kind].title).join('; ')}.`,
        content: { [PROBLEM_JSON]: { schema: ref('Problem') } },
        ...(status === 503 || status === 429
          ? {
              headers: {
                'Retry-After': {
                  description: 'When to try again, in seconds.',
                  schema: { type: 'integer', minimum: 1 },
                },
              },
            }
          : {}),
        ...(status === 401
          ? { headers: { 'WWW-Authenticate': { description: 'How to send the token.', schema: { type: 'string' } } } }
          : {}),
      },
    ]),
  );
};

/** Problems that every request can have. */
export const ANYWHERE: readonly ProblemKind[] = [
  'malformed',
  'origin',
  'host',
  'slow',
  'expectation',
  'header-too-large',
  'connections',
  'warming',
  'draining',
];

/** A response with one media type. */
export const plain = (description: string, type: string, schema: Json): Json => ({
  description,
  content: { [type]: { schema } },
});

/** The description of a health probe. It needs no token. */
export const health = (summary: string, operationId: string, description: string): Json => ({
  get: {
    summary,
    operationId,
    security: [],
    responses: { 200: plain(description, 'application/json', ref('Health')), ...problems(...ANYWHERE) },
  },
});

/** Problems with the token of a request. */
export const GUARDED: readonly ProblemKind[] = ['token', 'throttled', 'scope'];

/** A file of the page. It needs no token. */
export const file = (summary: string, operationId: string, type: string): Json => ({
  get: {
    summary,
    operationId,
    security: [],
    responses: {
      200: plain('The file.', type, { type: 'string' }),
      304: { description: 'Not modified: If-None-Match has the current version.' },
      ...problems(...ANYWHERE, 'not-found'),
    },
  },
});

/** A number, or null. */
export const NUMBER_OR_NULL: Json = { type: ['number', 'null'] };

/** A whole number. */
export const counted = (minimum: number): Readonly<Record<string, Json>> => ({ type: 'integer', minimum });

/** An object with exactly these properties. All are required except those in `optional`. */
export const object = (properties: Readonly<Record<string, Json>>, optional: readonly string[] = []): Json => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
  additionalProperties: false,
});

/** A request that changes the model in use. It has no body. */
export const changed = (summary: string, operationId: string, ...kinds: readonly ProblemKind[]): Json => ({
  post: {
    summary,
    operationId,
    responses: {
      200: plain('The models now.', 'application/json', ref('Models')),
      ...problems(...ANYWHERE, ...GUARDED, ...kinds),
    },
  },
});

/** A schema that also allows null. */
export const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });

/** A request that changes the feeds. It needs a token. */
export const feedChange = (summary: string, operationId: string): Json => ({
  summary,
  operationId,
  requestBody: { required: true, content: { 'application/json': { schema: ref('FeedAddress') } } },
  responses: {
    200: plain('The feeds now.', 'application/json', ref('Feeds')),
    ...problems(...ANYWHERE, ...GUARDED, 'no-feeds', 'too-large', 'media-type', 'invalid'),
  },
});
