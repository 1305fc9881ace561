import { PROBLEM_TYPE, PROBLEMS } from '../http/problem.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import { counted, type Json, NUMBER_OR_NULL, object, orNull, ref } from './parts.js';

/** The schemas of headlines, answers and problems, by name. */
export const schemas = (limits: ServerLimits, classes: readonly string[]): Readonly<Record<string, Json>> => ({
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
        items: object(
          {
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
            attention: {
              type: 'number',
              minimum: 0,
              maximum: 1,
              description: 'The share of the attention that it gets; only from a model with attention.',
            },
          },
          ['attention'],
        ),
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
          choice: { type: 'object', description: 'How the model was chosen. Only where several were trained.' },
          learnt: { type: 'object', description: 'What it learnt from labels since. Only where it did.' },
        },
        ['table', 'choice', 'learnt'],
      ),
    ),
  }),
  Label: object(
    {
      title: { type: 'string' },
      category: { type: 'string' },
      guid: { type: 'string' },
      key: { type: 'string', maxLength: 200 },
      labelled: { type: 'string', format: 'date-time' },
      predicted: { type: 'string' },
      model: { type: 'string' },
    },
    ['guid', 'key'],
  ),
  Models: {
    type: 'object',
    required: ['inUse', 'before', 'candidate', 'candidateError'],
    properties: {
      inUse: { type: 'string' },
      before: { type: ['string', 'null'], description: 'The model that a rollback puts in use.' },
      candidateError: {
        type: ['string', 'null'],
        description: 'Why the candidate could not be loaded the last time.',
      },
      candidate: orNull(
        object(
          {
            model: { type: 'string' },
            type: { enum: ['shadow', 'canary'] },
            share: { type: 'number', minimum: 0, maximum: 1, description: 'The share that a canary answers.' },
            compared: {
              ...counted(0),
              description: 'Headlines that both models classified: all of a shadow, a sample of a canary.',
            },
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
            inUse: ref('ModelFigures'),
            candidate: ref('ModelFigures'),
            labels: object({
              labels: { ...counted(0), description: 'Labels on which both models are compared.' },
              inUse: ref('LabelResult'),
              candidate: ref('LabelResult'),
              onlyInUse: counted(0),
              onlyCandidate: { ...counted(0), description: 'Labels that only the candidate predicted correctly.' },
              p: {
                type: 'number',
                minimum: 0,
                maximum: 1,
                description:
                  'The probability of such a difference, at any time of the comparison, between two models that are ' +
                  'right equally often.',
              },
              better: {
                enum: ['in-use', 'candidate', null],
                description: 'The model that is right more often, where p is below 0.05.',
              },
            }),
          },
          ['share'],
        ),
      ),
      reloaded: { type: 'boolean', description: 'Whether a reload found another model.' },
      model: { type: 'string', description: 'The model in use after a reload.' },
    },
    additionalProperties: false,
  },
  ModelFigures: object({
    headlines: counted(0),
    errors: { ...counted(0), description: 'Headlines that it failed to classify.' },
    confidence: { type: ['number', 'null'], description: 'The mean probability of the predicted class.' },
    classifyMs: {
      type: ['number', 'null'],
      description: 'The mean time of the model for a headline, without the queue.',
    },
    classes: {
      type: 'array',
      items: object({ class: { type: 'string' }, headlines: counted(1) }),
      description: 'The headlines by predicted class, the most frequent class first.',
    },
  }),
  LabelResult: object({
    right: counted(0),
    accuracy: NUMBER_OR_NULL,
    interval: {
      type: ['array', 'null'],
      items: { type: 'number', minimum: 0, maximum: 1 },
      minItems: 2,
      maxItems: 2,
      description: 'The 95 % confidence interval of the accuracy (Wilson).',
    },
    logLoss: { type: ['number', 'null'], description: 'The mean cross-entropy, in nats.' },
  }),
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
  Feeds: object({
    feeds: { type: 'array', items: { type: 'string' }, description: 'The addresses that are read.' },
  }),
  FeedAddress: {
    type: 'object',
    required: ['address'],
    properties: {
      address: {
        type: 'string',
        format: 'uri',
        pattern: '^([hH][tT][tT][pP][sS]?|[sS][sS][eE]\\+[hH][tT][tT][pP][sS]?|[wW][sS][sS]?)://',
      },
    },
    description: 'Other properties are ignored.',
  },
  Flow: object({ snapshots: { type: 'array', items: ref('FlowSnapshot') } }),
  FlowSnapshot: object(
    {
      type: { const: 'flow' },
      atMs: { type: 'number', description: 'Milliseconds since the start.' },
      intervalMs: { type: 'number' },
      stages: { type: 'array', items: ref('FlowStage') },
      edges: {
        type: 'array',
        items: object({ from: { type: 'string' }, to: { type: 'string' }, values: counted(0) }),
      },
      valves: {
        type: 'array',
        items: object({ holder: { type: 'string' }, share: { type: 'number' }, heldMs: { type: 'number' } }),
      },
      idle: { type: 'number', description: 'The share of the time that no stage worked.' },
      bottleneck: {
        type: 'string',
        description: 'The stage that works most; where the stages work little, the one that the others wait for.',
      },
    },
    ['bottleneck'],
  ),
  FlowStage: object({
    name: { type: 'string' },
    subscriptions: counted(0),
    values: counted(0),
    rate: { type: 'number', description: 'Values a second.' },
    busy: { type: 'number', description: 'The share of the time that it worked.' },
    latencyMs: { type: 'number' },
    holdings: {
      type: 'array',
      items: object({
        operator: { type: 'string' },
        held: counted(0),
        most: counted(0),
        bound: NUMBER_OR_NULL,
        highWaterMark: NUMBER_OR_NULL,
      }),
    },
    rejected: counted(0),
    errors: counted(0),
  }),
});
