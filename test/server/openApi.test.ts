import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { openApi } from '../../src/server/openapi/openApi.js';
import { DEFAULT_LIMITS } from '../../src/server/queue/ServerLimits.js';
import { CLASSES, serving } from './serving.js';

interface Content {
  readonly schema: object;
}

interface Operation {
  readonly operationId?: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
}

interface Description {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const limits = { ...DEFAULT_LIMITS, bodyBytes: 3000, batch: 5, titleLength: 40 };
const description = openApi(limits, CLASSES, false) as unknown as Description;

const ajv = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { uri: (value: string) => URL.canParse(value), 'date-time': /T/, date: /^[^T]+$/ },
});
// What a description has beside schemas means nothing to them.
ajv.addVocabulary(['openapi', 'info', 'servers', 'security', 'paths', 'components']);
ajv.addSchema({ $id: 'description', ...description }, 'description', false, false);

const compiled = new Map<string, ValidateFunction>();

/** A schema of the description, found by its place. */
const schemaAt = (...path: readonly string[]): ValidateFunction => {
  const pointer = path.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const schema = compiled.get(pointer) ?? ajv.compile({ $ref: `description#/${pointer}` });
  compiled.set(pointer, schema);
  return schema;
};

/** Says what in an answer is not as described; nothing where all of it is. */
const faultOf = async (path: string, method: string, response: Response): Promise<string | undefined> => {
  const operation = description.paths[path]?.[method];
  const described = operation?.responses[String(response.status)];
  if (described === undefined) return `the status ${response.status} is not described`;
  const type = (response.headers.get('content-type') ?? '').split(';', 1).join('');
  if (described.content?.[type] === undefined) return `the type ${type} is not described for ${response.status}`;
  if (type !== 'application/json' && type !== 'application/problem+json') return undefined;
  const validate = schemaAt('paths', path, method, 'responses', String(response.status), 'content', type, 'schema');
  const body: unknown = await response.json();
  return validate(body) ? undefined : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
};

it('leads behind a prefix too, where the address of the server and a path are only joined', () => {
  const paths = Object.keys(description.paths);
  const asked = description.servers.flatMap(({ url }) =>
    paths.map((path) => new URL(`${url}${path}`, 'https://news.example/hw/openapi.json').pathname),
  );
  expect(asked).toEqual(paths.map((path) => `/hw${path}`));
});

it('names each operation, and no two alike', () => {
  const names = Object.values(description.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

const title = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }).filter((text) => text.trim() !== '');
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const headline = fc.oneof(
  title,
  fc.record(
    {
      title,
      guid: nullable(title),
      link: nullable(fc.webUrl()),
      published: nullable(
        fc.oneof(
          fc
            .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
            .map((date) => date.toISOString()),
          fc.integer(),
        ),
      ),
      category: nullable(title),
      other: fc.jsonValue(),
    },
    { requiredKeys: ['title'] },
  ),
);

describe('the description', () => {
  let served: Awaited<ReturnType<typeof serving>>;
  // One server for each test: it is stopped after it.
  const start = async () => {
    served = await serving({ limits });
    return served;
  };

  beforeAll(() => {
    expect(description.openapi).toMatch(/^3\.1\./);
  });

  it.each([true, false])('is one of OpenAPI 3.1, with a token: %j', async (token) => {
    const validator = new Validator();
    const found = await validator.validate(
      JSON.parse(JSON.stringify(openApi(limits, CLASSES, token))) as Record<string, unknown>,
    );
    expect(found).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('is what is served', async () => {
    const { get } = await start();
    expect(await (await get('/openapi.json')).json()).toEqual(description);
  });

  it('has schemas that are schemas, and refers to nothing that is not there', () => {
    for (const name of Object.keys(description.components.schemas))
      expect(() => schemaAt('components', 'schemas', name)).not.toThrow();
    const refs = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name = '']) => name,
    );
    expect(new Set(refs)).toEqual(new Set(Object.keys(description.components.schemas)));
  });

  it('has every path that there is, and no other', async () => {
    const { get, url } = await start();
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const method of ['get', 'post', 'put', 'delete', 'patch']) {
        const leaving = new AbortController();
        const response = await fetch(new URL(path, url), { method: method.toUpperCase(), signal: leaving.signal });
        expect([path, method, response.status === 405]).toEqual([path, method, operations[method] === undefined]);
        leaving.abort();
      }
    }
    expect((await get('/other')).status).toBe(404);
  });

  it('says what each path answers', async () => {
    const { get } = await start();
    for (const path of [
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/model',
      '/flow',
      '/',
      '/page.js',
      '/page.css',
      '/LICENSES.txt',
    ])
      expect(await faultOf(path, 'get', await get(path))).toBeUndefined();
    for (const path of ['/healthz', '/metrics'])
      expect(await faultOf(path, 'get', await get(path, { origin: 'https://evil.example' }))).toBeUndefined();
  });

  it('says what is known of a model', async () => {
    const scores = { precision: 1, recall: 1, f1: 1, num_samples: 2 };
    const about = {
      config: classifierConfig({ vocabularySize: 8, classes: 2 }),
      performance: { overall: scores, class: { Sports: scores, World: scores } },
      training: {
        epochs: [
          {
            epoch: 1,
            trainLoss: 0.5,
            validationLoss: null,
            validationAccuracy: 0.5,
            validationMacroF1: null,
            learningRate: 1,
            improved: true,
          },
        ],
        confusion: [1, 0, 0, 1],
        accuracy: 1,
        loss: null,
      },
    };
    const { get } = await serving({ limits, about });
    expect(await faultOf('/model', 'get', await get('/model'))).toBeUndefined();
  });

  it('says how headlines are explained: whatever fits is, and whatever does not is refused', async () => {
    const { url } = await start();
    const accepted = schemaAt('paths', '/explain', 'post', 'requestBody', 'content', 'application/json', 'schema');
    await fc.assert(
      fc.asyncProperty(fc.oneof(headline, fc.jsonValue(), fc.array(headline, { maxLength: 2 })), async (body) => {
        const response = await fetch(new URL('/explain', url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        // A headline that fits may have too many words.
        if (accepted(body) ? response.status !== 413 : true) expect(response.status === 200).toBe(accepted(body));
        expect(response.status).toBeLessThan(500);
        expect(await faultOf('/explain', 'post', response)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('says what is accepted: whatever fits it is answered as it says', async () => {
    const { classify } = await start();
    const accepted = schemaAt('paths', '/classify', 'post', 'requestBody', 'content', 'application/json', 'schema');
    await fc.assert(
      fc.asyncProperty(fc.oneof(headline, fc.array(headline, { maxLength: 5 })), async (body) => {
        fc.pre(accepted(body));
        const response = await classify(JSON.stringify(body));
        expect(response.status).toBe(200);
        expect(await faultOf('/classify', 'post', response)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('says what is not: whatever does not fit it is refused as it says', async () => {
    const { classify } = await start();
    const accepted = schemaAt('paths', '/classify', 'post', 'requestBody', 'content', 'application/json', 'schema');
    const wrong = fc.oneof(
      fc.jsonValue(),
      fc.array(headline, { minLength: 6, maxLength: 9 }),
      fc.record({ title: fc.oneof(fc.constantFrom('', ' ', 'x'.repeat(41)), fc.integer(), fc.constant(null)) }),
      fc.record({
        title,
        link: fc.oneof(fc.integer(), fc.constantFrom('', 'ftp://a.example/', 'javascript:alert(1)', 'nonsense')),
      }),
      fc.record({ title, guid: fc.oneof(fc.integer(), fc.constantFrom('', ' ')) }),
      fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(wrong, async (body) => {
        fc.pre(!accepted(body));
        const response = await classify(JSON.stringify(body));
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(await faultOf('/classify', 'post', response)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('says what becomes of bodies that are no JSON, headers that are none of ours, and whatever else is sent', async () => {
    const { classify } = await start();
    const types = fc.constantFrom(
      'application/json',
      'application/x-ndjson',
      'application/jsonl',
      'text/plain',
      'application/json; charset=utf-16',
      '',
    );
    const accepts = fc.constantFrom(
      '*/*',
      'application/json',
      'text/html',
      'application/x-ndjson',
      '',
      ';;q=,',
      'application/*;q=0.1',
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), types, accepts, async (body, type, accept) => {
        const response = await classify(new Uint8Array(body), { 'content-type': type, accept });
        expect(response.status).toBeLessThan(500);
        expect(await faultOf('/classify', 'post', response)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});
