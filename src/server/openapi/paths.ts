import type { ServerLimits } from '../queue/ServerLimits.js';
import { ANYWHERE, changed, feedChange, file, GUARDED, health, type Json, plain, problems, ref } from './parts.js';

/** The requests and responses of each path. */
export const paths = (limits: ServerLimits, classes: readonly string[]): Readonly<Record<string, Json>> => ({
  '/': file('The page', 'page', 'text/html'),
  '/page.js': file('The script of the page', 'pageScript', 'text/javascript'),
  '/page.css': file('The style of the page', 'pageStyle', 'text/css'),
  '/LICENSES.txt': file('The licences of the packages in the script', 'pageLicences', 'text/plain'),
  '/classify': {
    post: {
      summary: 'Classify headlines',
      operationId: 'classify',
      description:
        `One headline, an array of at most ${limits.batch}, or JSON lines without end. Answers come in the ` +
        'order of the headlines, as they are ready; in JSON lines, a line that is not a headline gets a ' +
        'problem in its place. The answer has the form of the request, unless Accept asks for the other.',
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
          ...GUARDED,
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
              allOf: [
                ref('HeadlineObject'),
                {
                  required: ['category'],
                  properties: {
                    category: { enum: classes },
                    key: { type: 'string', description: 'The key of the headline in the events.' },
                  },
                },
              ],
            },
          },
        },
      },
      responses: {
        200: plain('The label, and what the model says.', 'application/json', ref('Label')),
        ...problems(...ANYWHERE, ...GUARDED, 'no-labels', 'too-large', 'media-type', 'invalid', 'failed', 'queue-full'),
      },
    },
  },
  '/explain': {
    post: {
      summary: 'Explain a prediction',
      operationId: 'explain',
      description:
        `One headline, with at most ${limits.batch - 1} words that the model reads. ` +
        'For each word the answer tells by how much the probability of the ' +
        'predicted class falls when the word is taken out (occlusion).',
      requestBody: { required: true, content: { 'application/json': { schema: ref('Headline') } } },
      responses: {
        200: plain('The prediction, and the words that changed it.', 'application/json', ref('Explanation')),
        ...problems(...ANYWHERE, ...GUARDED, 'too-large', 'too-many', 'media-type', 'invalid', 'failed', 'queue-full'),
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
        ...problems(...ANYWHERE, ...GUARDED, 'failed'),
      },
    },
  },
  '/admin/models': {
    get: {
      summary: 'The models: in use, before it, and the candidate',
      operationId: 'models',
      responses: {
        200: plain('The models.', 'application/json', ref('Models')),
        ...problems(...ANYWHERE, ...GUARDED),
      },
    },
  },
  '/admin/reload': changed('Load the model again and use it', 'reload', 'not-loaded'),
  '/admin/rollback': changed('Put the model before the present one in use', 'rollback', 'no-model'),
  '/admin/promote': changed('Put the candidate in use', 'promote', 'no-model'),
  '/admin/feeds': {
    get: {
      summary: 'The feeds that are read',
      operationId: 'feeds',
      responses: {
        200: plain('Their addresses.', 'application/json', ref('Feeds')),
        ...problems(...ANYWHERE, ...GUARDED),
      },
    },
    post: feedChange('Read one more feed', 'addFeed'),
  },
  '/admin/feeds/remove': { post: feedChange('Read a feed no more', 'removeFeed') },
  '/events': {
    get: {
      summary: 'Listen to headlines from the feeds',
      operationId: 'events',
      description:
        'Server-sent events: `prediction` for each headline, `source` for what happens to a feed, ' +
        '`model` for another model in use, `label`, `trial` and `drift` for what labels and ' +
        'headlines tell of it, `missed` with the number of events that a listener can no longer ' +
        'have (null where it is not known). Heartbeats are comments.',
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
        ...problems(...ANYWHERE, ...GUARDED, 'listeners'),
      },
    },
  },
  '/flow': {
    get: {
      summary: 'What the pipeline of the server does',
      operationId: 'flow',
      description:
        'Snapshots of the last three minutes, one a second: for each stage its rate, the share of the time ' +
        'that it works, how long a headline is in it, and what it holds against its bound.',
      parameters: [
        {
          name: 'after',
          in: 'query',
          required: false,
          description: 'Only snapshots that were made later than this number of milliseconds after the start.',
          schema: { type: 'number', minimum: 0 },
        },
      ],
      responses: {
        200: plain('The snapshots.', 'application/json', ref('Flow')),
        ...problems(...ANYWHERE, ...GUARDED),
      },
    },
  },
  '/metrics': {
    get: {
      summary: 'Metrics for Prometheus',
      operationId: 'metrics',
      responses: {
        200: plain('The metrics.', 'text/plain', { type: 'string' }),
        ...problems(...ANYWHERE, ...GUARDED, 'failed'),
      },
    },
  },
  '/healthz': health('Whether the server runs', 'health', 'It runs.'),
  '/readyz': health('Whether the server takes headlines', 'readiness', 'It takes headlines.'),
  '/openapi.json': {
    get: {
      summary: 'This description',
      operationId: 'description',
      responses: {
        200: plain('OpenAPI 3.1.', 'application/json', { type: 'object' }),
        ...problems(...ANYWHERE, ...GUARDED),
      },
    },
  },
});
