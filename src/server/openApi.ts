import { PROBLEM_JSON, PROBLEM_TYPE, type ProblemKind, PROBLEMS } from './http/problem.js';
import type { ServerLimits } from './queue/ServerLimits.js';

/** JSON, as far as a description has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The version of the HTTP API, which is not that of the package. */
const API_VERSION = '1.0.0';

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** The statuses that problems of some kinds are answered with. */
const problems = (...kinds: readonly ProblemKind[]): Readonly<Record<string, Json>> => {
  const byStatus = new Map<number, ProblemKind[]>();
  for (const kind of kinds) byStatus.set(PROBLEMS[kind].status, [...(byStatus.get(PROBLEMS[kind].status) ?? []), kind]);
  return Object.fromEntries(
    Array.from(byStatus, ([status, same]) => [
      String(status),
      {
        description: `${same.map((kind) => PROBLEMS[kind].title).join('; ')}.`,
        content: { [PROBLEM_JSON]: { schema: ref('Problem') } },
        ...(status === 503
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

/** What any request may be answered with. */
const ANYWHERE: readonly ProblemKind[] = [
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

const plain = (description: string, type: string, schema: Json): Json => ({
  description,
  content: { [type]: { schema } },
});

const health = (summary: string, description: string): Json => ({
  get: {
    summary,
    security: [],
    responses: { 200: plain(description, 'application/json', ref('Health')), ...problems(...ANYWHERE) },
  },
});

/** A file of the page, which wants no token. */
const file = (summary: string, operationId: string, type: string): Json => ({
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

const NUMBER_OR_NULL: Json = { type: ['number', 'null'] };

const counted = (minimum: number): Readonly<Record<string, Json>> => ({ type: 'integer', minimum });

/** An object that has all of its properties, and no others. */
const object = (properties: Readonly<Record<string, Json>>, optional: readonly string[] = []): Json => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
  additionalProperties: false,
});

/** A change of the model in use, asked without a body. */
const changed = (summary: string, operationId: string, ...kinds: readonly ProblemKind[]): Json => ({
  post: {
    summary,
    operationId,
    responses: {
      200: plain('The models now.', 'application/json', ref('Models')),
      ...problems(...ANYWHERE, 'token', ...kinds),
    },
  },
});

const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });

/**
 * Describes the server, as OpenAPI 3.1.
 *
 * @param limits which the schemas name
 * @param classes which the answers name
 * @param token whether one is demanded
 * @see the OpenAPI Specification 3.1
 */
export const openApi = (limits: ServerLimits, classes: readonly string[], token: boolean): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Headwater',
    version: API_VERSION,
    description:
      'Classifies headlines with a trained model: the headlines that clients send, and those that arrive from feeds.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: './', description: 'Where this document is, so right behind a prefix too.' }],
  security: token ? [{ token: [] }] : [],
  paths: {
    '/': file('The page', 'page', 'text/html'),
    '/page.js': file('The script of the page', 'pageScript', 'text/javascript'),
    '/page.css': file('The style of the page', 'pageStyle', 'text/css'),
    '/LICENSES.txt': file('The licences of the packages in the script', 'pageLicences', 'text/plain'),
    '/classify': {
      post: {
        summary: 'Classify headlines',
        operationId: 'classify',
        description: `One headline, an array of at most ${limits.batch}, or JSON lines without end. Answers come in the order of the headlines, as they are ready; in JSON lines, a line that is not a headline gets a problem in its place. The answer has the form of the request, unless Accept asks for the other.`,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { anyOf: [ref('Headline'), { type: 'array', items: ref('Headline'), maxItems: limits.batch }] },
            },
            'application/x-ndjson': {
              schema: { type: 'string', description: `A Headline a line, of at most ${limits.bodyBytes} bytes.` },
            },
            'application/jsonl': { schema: { type: 'string', description: 'The same under another name.' } },
          },
        },
        responses: {
          200: {
            description: 'The predictions, in the order of the headlines.',
            content: {
              'application/json': {
                schema: {
                  anyOf: [ref('Prediction'), { type: 'array', items: { anyOf: [ref('Prediction'), ref('Problem')] } }],
                },
              },
              'application/x-ndjson': { schema: { type: 'string', description: 'A Prediction or a Problem a line.' } },
            },
          },
          ...problems(
            ...ANYWHERE,
            'token',
            'not-acceptable',
            'too-large',
            'too-many',
            'media-type',
            'invalid',
            'failed',
            'queue-full',
          ),
        },
      },
    },
    '/labels': {
      post: {
        summary: 'Give the right class of a headline',
        operationId: 'label',
        description: 'It is kept in a file of the server, and scored against what the model in use says.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                allOf: [ref('HeadlineObject'), { required: ['category'], properties: { category: { enum: classes } } }],
              },
            },
          },
        },
        responses: {
          200: plain('The label, and what the model says.', 'application/json', ref('Label')),
          ...problems(...ANYWHERE, 'token', 'no-labels', 'too-large', 'media-type', 'invalid', 'failed', 'queue-full'),
        },
      },
    },
    '/explain': {
      post: {
        summary: 'Explain a prediction',
        operationId: 'explain',
        description: `One headline, with at most ${limits.batch - 1} words that the model reads. For each word the answer tells by how much the probability of the predicted class falls when the word is taken out (occlusion).`,
        requestBody: { required: true, content: { 'application/json': { schema: ref('Headline') } } },
        responses: {
          200: plain('The prediction, and the words that changed it.', 'application/json', ref('Explanation')),
          ...problems(...ANYWHERE, 'token', 'too-large', 'too-many', 'media-type', 'invalid', 'failed', 'queue-full'),
        },
      },
    },
    '/model': {
      get: {
        summary: 'The model in use',
        operationId: 'model',
        description: 'The configuration of the model, its training, and its scores on the test rows.',
        responses: {
          200: plain('The model.', 'application/json', ref('Model')),
          ...problems(...ANYWHERE, 'token', 'failed'),
        },
      },
    },
    '/admin/models': {
      get: {
        summary: 'The models: in use, before it, and the candidate',
        operationId: 'models',
        responses: {
          200: plain('The models.', 'application/json', ref('Models')),
          ...problems(...ANYWHERE, 'token'),
        },
      },
    },
    '/admin/reload': changed('Load the model anew and put it in use', 'reload', 'not-loaded'),
    '/admin/rollback': changed('Put the model before the present one in use', 'rollback', 'no-model'),
    '/admin/promote': changed('Put the candidate in use', 'promote', 'no-model'),
    '/events': {
      get: {
        summary: 'Listen to headlines from the feeds',
        operationId: 'events',
        description:
          'Server-sent events: `prediction` for each headline, `source` for what happens to a feed, `missed` with the number of events that a listener can no longer have (null where it is not known). Heartbeats are comments.',
        parameters: [
          {
            name: 'Last-Event-ID',
            in: 'header',
            required: false,
            description: 'The id of the last event that the client received. The stream continues after it.',
            schema: { type: 'string' },
          },
          {
            name: 'last',
            in: 'query',
            required: false,
            description: 'How many of the latest events to send first, if there is no Last-Event-ID.',
            schema: { type: 'integer', minimum: 0, maximum: 999_999_999, default: 0 },
          },
        ],
        responses: {
          200: plain('Events, without end.', 'text/event-stream', { type: 'string' }),
          ...problems(...ANYWHERE, 'token', 'listeners'),
        },
      },
    },
    '/metrics': {
      get: {
        summary: 'Metrics for Prometheus',
        operationId: 'metrics',
        responses: {
          200: plain('The metrics.', 'text/plain', { type: 'string' }),
          ...problems(...ANYWHERE, 'token', 'failed'),
        },
      },
    },
    '/healthz': health('Whether it is alive', 'It is.'),
    '/readyz': health('Whether the server takes headlines', 'It takes headlines.'),
    '/openapi.json': {
      get: {
        summary: 'This description',
        operationId: 'description',
        responses: {
          200: plain('OpenAPI 3.1.', 'application/json', { type: 'object' }),
          ...problems(...ANYWHERE, 'token'),
        },
      },
    },
  },
  components: {
    ...(token ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    schemas: {
      Headline: { oneOf: [ref('Title'), ref('HeadlineObject')] },
      Title: {
        type: 'string',
        minLength: 1,
        maxLength: limits.titleLength,
        pattern: '\\S',
        description: `The title: not blank, of at most ${limits.titleLength} UTF-16 code units.`,
      },
      HeadlineObject: {
        type: 'object',
        required: ['title'],
        properties: {
          title: ref('Title'),
          guid: {
            type: ['string', 'null'],
            pattern: '\\S',
            description: 'The identifier that the client gives; the answer repeats it.',
          },
          link: { type: ['string', 'null'], format: 'uri', pattern: '^[hH][tT][tT][pP][sS]?:' },
          published: {
            anyOf: [
              { type: 'string', format: 'date-time' },
              { type: 'string', format: 'date' },
              { type: 'number', minimum: -8.64e15, maximum: 8.64e15 },
              { type: 'null' },
            ],
            description: 'ISO 8601, or milliseconds since 1970.',
          },
          category: {
            type: ['string', 'null'],
            pattern: '\\S',
            description: 'The class, if it is known. It is not used.',
          },
        },
        description: 'Other properties are ignored.',
      },
      Prediction: {
        type: 'object',
        required: ['title', 'class', 'probabilities', 'known', 'latencyMs'],
        properties: {
          guid: { type: 'string' },
          title: { type: 'string' },
          class: { enum: classes },
          probabilities: ref('Probabilities'),
          known: {
            ...counted(0),
            description: 'How many of its tokens the model knows. If it is 0, the probabilities mean nothing.',
          },
          latencyMs: { type: 'number', description: 'The time from arrival to classification.' },
          model: { type: 'string', description: 'The id of the model that classified it.' },
        },
        additionalProperties: false,
      },
      Explanation: {
        type: 'object',
        required: ['title', 'class', 'probabilities', 'known', 'latencyMs', 'words'],
        properties: {
          guid: { type: 'string' },
          title: { type: 'string' },
          class: { enum: classes },
          probabilities: ref('Probabilities'),
          known: {
            ...counted(0),
            description: 'How many of its tokens the model knows. If it is 0, the probabilities mean nothing.',
          },
          latencyMs: { type: 'number' },
          model: { type: 'string' },
          words: {
            type: 'array',
            items: object({
              word: { type: 'string' },
              start: { ...counted(0), description: 'Where it begins in the title, in UTF-16 code units.' },
              end: counted(1),
              read: {
                enum: ['known', 'unknown', 'left-out'],
                description:
                  'Whether the model reads it: as a word of its vocabulary, as the unknown token, or not at all.',
              },
              effect: {
                type: 'number',
                minimum: -1,
                maximum: 1,
                description: 'By how much the probability of the predicted class falls without it.',
              },
            }),
            description: 'In the order of the title.',
          },
        },
        additionalProperties: false,
      },
      Probabilities: {
        type: 'object',
        required: classes,
        properties: Object.fromEntries(classes.map((name) => [name, { type: 'number', minimum: 0, maximum: 1 }])),
        additionalProperties: false,
        description: 'All classes, the most probable first.',
      },
      Model: object({
        name: { type: 'string' },
        modelId: { type: ['string', 'null'], description: 'The id of the saved model, by its files.' },
        classes: { const: classes },
        config: { type: ['object', 'null'], description: 'As config.json has it.' },
        performance: orNull(
          object({ overall: ref('Scores'), class: { type: 'object', additionalProperties: ref('Scores') } }),
        ),
        training: orNull(
          object(
            {
              epochs: {
                type: 'array',
                items: object({
                  epoch: counted(1),
                  trainLoss: NUMBER_OR_NULL,
                  validationLoss: NUMBER_OR_NULL,
                  validationAccuracy: NUMBER_OR_NULL,
                  validationMacroF1: NUMBER_OR_NULL,
                  learningRate: { type: 'number' },
                  improved: { type: 'boolean' },
                }),
              },
              confusion: {
                type: 'array',
                items: counted(0),
                minItems: classes.length ** 2,
                maxItems: classes.length ** 2,
                description: 'Counts of the test rows, row by row: true × predicted.',
              },
              accuracy: NUMBER_OR_NULL,
              loss: NUMBER_OR_NULL,
              table: {
                type: 'object',
                description: 'How the table was read. Only where it had other columns than usual.',
              },
            },
            ['table'],
          ),
        ),
      }),
      Label: object(
        {
          title: { type: 'string' },
          category: { type: 'string' },
          guid: { type: 'string' },
          labelled: { type: 'string', format: 'date-time' },
          predicted: { type: 'string' },
          model: { type: 'string' },
        },
        ['guid'],
      ),
      Models: {
        type: 'object',
        required: ['inUse', 'before', 'candidate'],
        properties: {
          inUse: { type: 'string' },
          before: { type: ['string', 'null'], description: 'The model that a rollback puts in use.' },
          candidate: orNull(
            object(
              {
                model: { type: 'string' },
                type: { enum: ['shadow', 'canary'] },
                share: { type: 'number', minimum: 0, maximum: 1, description: 'The share that a canary answers.' },
                compared: counted(0),
                agreed: counted(0),
                leftOut: { ...counted(0), description: 'Headlines that were not compared because it was behind.' },
                differences: {
                  type: 'array',
                  items: object({
                    title: { type: 'string' },
                    class: { type: 'string' },
                    candidate: { type: 'string' },
                  }),
                  description: 'The last headlines that they differ on.',
                },
              },
              ['share'],
            ),
          ),
          reloaded: { type: 'boolean', description: 'Whether a reload found another model.' },
          model: { type: 'string', description: 'The model in use after a reload.' },
        },
        additionalProperties: false,
      },
      Scores: object({
        precision: { type: 'number' },
        recall: { type: 'number' },
        f1: { type: 'number' },
        num_samples: counted(0),
      }),
      Problem: {
        type: 'object',
        description: 'RFC 9457.',
        required: ['type', 'title', 'status', 'detail'],
        properties: {
          type: { enum: Object.keys(PROBLEMS).map((kind) => PROBLEM_TYPE + kind) },
          title: { type: 'string' },
          status: { type: 'integer', minimum: 400, maximum: 599 },
          detail: { type: 'string' },
          errors: {
            type: 'array',
            items: {
              type: 'object',
              required: ['pointer', 'detail'],
              properties: { pointer: { type: 'string', description: 'RFC 6901.' }, detail: { type: 'string' } },
              additionalProperties: false,
            },
          },
          line: { type: 'integer', minimum: 1 },
        },
        additionalProperties: false,
      },
      Health: {
        type: 'object',
        required: ['status'],
        properties: { status: { const: 'ok' } },
        additionalProperties: false,
      },
    },
  },
});
