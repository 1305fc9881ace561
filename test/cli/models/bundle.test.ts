import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { lastValueFrom, of } from 'rxjs';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Artifacts,
  DocumentFrequencies,
  encodeArtifacts,
  LabelEncoder,
  linearClassifier,
  linearConfig,
  promiseOf,
  sumClassifier,
  Tokenizer,
  wideFeatures,
  wideGru,
  wideGruConfig,
  writeFiles,
} from '../../../src/index.js';
import { chromiumPath } from '../../page/chromiumPath.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { commaTable, madeRows } from '../tables/madeRows.js';
import { TINY } from '../tiny.js';

const cwd = workFolder();
const at = (name: string): string => join(cwd, name);
const TEXT = 'late goal wins the cup in the north';

const runtimes = process.env['HEADWATER_RUNTIMES'] ?? '';
const RUNTIMES = [
  ['Node', process.execPath, []],
  ['Deno', join(runtimes, 'node_modules/.bin/deno'), ['run', '--allow-read=.']],
  ['Bun', join(runtimes, 'node_modules/.bin/bun'), []],
] as const;

/** A model of each architecture. */
const MODELS = ['lesson', 'linear', 'wide-gru', 'sum'] as const;

interface Answer {
  readonly category: string;
  readonly probability: number;
  readonly known: number;
}

/** What the command answers of the same model. */
const answered = async (model: string): Promise<Answer> => {
  const { stdout } = await inProcess(['predict', '--model', at(model), '--format', 'jsonl', TEXT]);
  const {
    class: category,
    probabilities,
    known,
  } = JSON.parse(stdout) as {
    readonly class: string;
    readonly probabilities: Readonly<Record<string, number>>;
    readonly known: number;
  };
  return { category, probability: probabilities[category] ?? NaN, known };
};

/** Saves a wide GRU, and the sum of one and a linear model. They are not trained, which takes no time. */
const saveWide = async (): Promise<void> => {
  const text$ = of(TEXT, 'shares fall as the bank reports');
  const tokenizer = await lastValueFrom(text$.pipe(Tokenizer.fit()));
  const features = wideFeatures(await lastValueFrom(text$.pipe(DocumentFrequencies.fit({ bits: 10 }))));
  const labelEncoder = LabelEncoder.of(['Business', 'Sports', 'World']);
  const network = wideGru(
    wideGruConfig({ classes: 3, vocabularySize: tokenizer.size, hiddenDim: 4, embeddingDim: 4 }),
    {
      seed: 1,
    },
  );
  const linear = linearClassifier(linearConfig({ classes: 3, columns: features.columns }), { trainRows: 2, seed: 1 });
  const sum = sumClassifier({ network, linear, networkWeight: 0.5, linearWeight: 0.5 });
  const save = (name: string, artifacts: Artifacts): Promise<unknown> =>
    promiseOf(writeFiles(at(name), encodeArtifacts(artifacts)));
  await save('wide-gru', { config: network.config, weights: network.stateDict(), tokenizer, labelEncoder });
  await save('sum', { config: sum.config, weights: sum.stateDict(), tokenizer, labelEncoder, features });
  sum.dispose();
};

const bundled = async (model: string): Promise<void> => {
  const { status, stdout, stderr } = await inProcess(['bundle', at(model), '--out-file', at(`${model}.mjs`)]);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(new RegExp(`${model}\\.mjs: \\d+\\.\\d MB\\n`));
};

/** The tokenizer in a module. */
const decodedTokenizer = (text: string): { readonly tokens: readonly string[] } => {
  const [, lines = ''] = /\["tokenizer\.json", bytesOf\(\[([^\]]*)\]/.exec(text) ?? [];
  const base64 = (JSON.parse(`[${lines}]`) as readonly string[]).join('');
  const { token_to_index: indices } = JSON.parse(Buffer.from(base64, 'base64').toString()) as {
    readonly token_to_index: Readonly<Record<string, number>>;
  };
  return { tokens: Object.keys(indices).sort((a, b) => (indices[a] ?? 0) - (indices[b] ?? 0)) };
};

describe('bundle', () => {
  beforeAll(async () => {
    writeFileSync(at('table.csv'), commaTable('title,category', madeRows(60)));
    const trained = [
      ['lesson', ...TINY],
      ['linear', '--architecture', 'linear'],
    ].map(async ([model = '', ...options]) => {
      const { status, stderr } = await inProcess(['train', '--data', at('table.csv'), '--out', at(model), ...options]);
      expect(status, stderr).toBe(0);
    });
    await Promise.all([...trained, saveWide()]);
    for (const model of MODELS) await bundled(model);
  }, 60_000);

  it('imports nothing', () => {
    expect(readFileSync(at('lesson.mjs'), 'utf8')).not.toMatch(
      /^import\b|\bimport\s*["']|\bfrom\s*["'](node:|[a-z@])/m,
    );
    expect(statSync(at('linear.mjs')).size).toBeLessThan(2e6);
  });

  it.each(RUNTIMES)(
    'answers in %s as predict does, of several models',
    { timeout: 60_000 },
    async (_name, file, args) => {
      if (!existsSync(file)) return;
      writeFileSync(
        at('use.mjs'),
        `for (const model of ${JSON.stringify(MODELS)}) {
  const { classify, classes } = await import(\`./\${model}.mjs\`);
  const { category, probability, known } = await classify(${JSON.stringify(TEXT)});
  console.log(JSON.stringify({ classes, category, probability, known }));
}
`,
      );
      const lines = execFileSync(file, [...args, 'use.mjs'], { cwd, encoding: 'utf8' })
        .trim()
        .split('\n');
      const answers = lines.map((line) => JSON.parse(line) as Answer & { readonly classes: readonly string[] });
      expect(answers).toHaveLength(MODELS.length);
      for (const [i, { classes, ...answer }] of answers.entries()) {
        const expected = await answered(MODELS[i] ?? '');
        expect(classes).toEqual(['Business', 'Sports', 'World']);
        expect(answer).toMatchObject({ category: expected.category, known: expected.known });
        expect(answer.probability).toBeCloseTo(expected.probability, 5);
      }
    },
  );

  it('keeps the most frequent words alone, where it is asked to', async () => {
    const { status, stderr } = await inProcess(['bundle', at('lesson'), '--out-file', at('few.mjs'), '--words', '12']);
    expect(status, stderr).toBe(0);
    expect(statSync(at('few.mjs')).size).toBeLessThan(statSync(at('lesson.mjs')).size);
    const { tokens } = decodedTokenizer(readFileSync(at('few.mjs'), 'utf8'));
    const { tokens: all } = decodedTokenizer(readFileSync(at('lesson.mjs'), 'utf8'));
    expect(tokens).toEqual(all.slice(0, 14));
    const program = `const { classify } = await import(${JSON.stringify(pathToFileURL(at('few.mjs')).href)});
console.log((await classify(${JSON.stringify(`${tokens[5] ?? ''} ${all[14] ?? ''}`)})).known);`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })).toBe('1\n');
  });

  it('writes the types of the module beside it', async () => {
    for (const [file, types] of [
      ['typed.js', 'typed.d.ts'],
      ['typed.mjs', 'typed.d.mts'],
    ] as const) {
      const { status, stderr } = await inProcess(['bundle', at('linear'), '--out-file', at(file), '--types']);
      expect(status, stderr).toBe(0);
      expect(existsSync(at(types))).toBe(true);
    }
    const program = (category: string): string => `import classify, { type Category, classes, open } from './typed.js';
const { category, distribution: [first], known } = await classify('late goal');
const names: readonly Category[] = classes;
const opened = await open({ maxSize: 1 });
const all: Record<Category, number> = { Business: 1, Sports: 2, ${category}: known };
export default [names.length, all[category], first?.probability.toFixed(2), (await opened('x')).category, opened.close()];
`;
    writeFileSync(at('right.ts'), program('World'));
    writeFileSync(at('wrong.ts'), program('Wolrd'));
    const problems = ts.getPreEmitDiagnostics(
      ts.createProgram([at('right.ts'), at('wrong.ts')], {
        strict: true,
        noEmit: true,
        // Without those of browsers, which take a second to read.
        lib: ['lib.es2022.d.ts'],
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        types: [],
      }),
    );
    expect(problems.map(({ file, messageText }) => [basename(file?.fileName ?? ''), messageText])).toEqual([
      ['wrong.ts', expect.stringMatching(/'Wolrd' does not exist/) as unknown],
    ]);
  });

  it('refuses types for a module whose types TypeScript does not find', async () => {
    const { status, stderr } = await inProcess(['bundle', at('linear'), '--out-file', at('x.txt'), '--types']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/x\.txt\. Choose another name by --out-file\. \[HW_USAGE\]/);
    expect(existsSync(at('x.txt'))).toBe(false);
  });

  it('says where a model has no linear part', async () => {
    const { status, stderr } = await inProcess(['bundle', at('lesson'), '--out-file', at('x.mjs'), '--linear']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/no linear part .*\[HW_USAGE\]/);
    expect(existsSync(at('x.mjs'))).toBe(false);
  });

  it('answers the same without WebAssembly', { timeout: 60_000 }, async () => {
    const program = `delete globalThis.WebAssembly;
for (const file of ${JSON.stringify(MODELS.map((model) => pathToFileURL(at(`${model}.mjs`)).href))}) {
  const { classify } = await import(file);
  console.log((await classify(${JSON.stringify(TEXT)})).probability);
}`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    const probabilities = out.trim().split('\n').map(Number);
    for (const [i, model] of MODELS.entries())
      expect(probabilities[i]).toBeCloseTo((await answered(model)).probability, 5);
  });

  it.skipIf(chromiumPath === undefined)(
    'answers in a browser, without another request',
    { timeout: 60_000 },
    async () => {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? '');
        const file = at((request.url ?? '/').slice(1));
        if (file.endsWith('.mjs')) response.setHeader('content-type', 'text/javascript').end(readFileSync(file));
        else response.setHeader('content-type', 'text/html').end('<!doctype html><title>A model</title>');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        for (const model of MODELS) {
          const { category, probability } = await page.evaluate<Answer>(
            `import('/${model}.mjs').then(({ classify }) => classify(${JSON.stringify(TEXT)}))`,
          );
          const expected = await answered(model);
          expect(category).toBe(expected.category);
          expect(probability).toBeCloseTo(expected.probability, 5);
        }
        expect(asked.filter((path) => path !== '/favicon.ico')).toEqual([
          '/',
          ...MODELS.map((model) => `/${model}.mjs`),
        ]);
      } finally {
        await browser.close();
        server.close();
      }
    },
  );

  it('names a folder that holds no model', async () => {
    const { status, stderr } = await inProcess(['bundle', at('nothing'), '--out-file', at('x.mjs')]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('HW_');
    expect(existsSync(at('x.mjs'))).toBe(false);
  });
});
