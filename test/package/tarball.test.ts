import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allFences, root } from '../docs/fences.js';

const run = promisify(execFile);

const work = mkdtempSync(join(tmpdir(), 'headwater-'));
const project = join(work, 'project');
const installed = join(project, 'node_modules/headwater');
let tarball = '';
let files: readonly string[] = [];

beforeAll(async () => {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', work], { cwd: root });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: readonly { path: string }[] }];
  tarball = join(work, packed.filename);
  files = packed.files.map(({ path }) => path);
}, 60_000);

afterAll(() => rmSync(work, { recursive: true }), 60_000);

describe('the packed package', () => {
  it('has the code, its declarations, the docs and the examples, and nothing of the build itself', () => {
    const kinds = [...new Set(files.map((file) => file.replace(/^.*?((?:\.d)?\.\w+)$/, '$1')))];
    expect(kinds.toSorted()).toEqual(
      [...'.cjs .css .d.ts .html .js .json .md .png .svg .ts .txt .wasm'.split(' '), 'LICENSE'].toSorted(),
    );
    expect(
      files.filter((file) =>
        /^(?:dist\/bench|test|scripts|src)\/|^dist\/cli\/.*\.d\.ts$|\.map$|\.built|tsbuildinfo/.test(file),
      ),
    ).toEqual([]);
    expect(files).toContain('examples/express.ts');
  });

  it('names no source map', () => {
    const code = files.filter((file) => /\.(?:c?js|css)$/.test(file));
    expect(code.length).toBeGreaterThan(50);
    expect(code.filter((file) => readFileSync(join(root, file), 'utf8').includes('sourceMappingURL='))).toEqual([]);
  });

  it('has the files that its pages link to', () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => posix.join(posix.dirname(page), target))
        .filter((target) => !files.includes(target))
        .map((target) => `${page} links to ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('satisfies publint', async () => {
    const { messages, pkg } = await publint({
      pkgDir: root,
      strict: true,
      pack: {
        files: files.map((file) => ({ name: join(root, file), data: new Uint8Array(readFileSync(join(root, file))) })),
      },
    });
    // It suggests `exports` for `browser`, but `browser` replaces files inside the package, which `exports` cannot.
    const told = messages.filter(({ type }) => type !== 'suggestion');
    expect(told.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types that resolve wherever modules do', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { stdout } = await run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--format', 'json'], {
      maxBuffer: 1e8,
    });
    expect(JSON.parse(stdout)).toMatchObject({ analysis: { types: { kind: 'included' } } });
  });
});

/** What npm says where there is no registry. */
const OFFLINE = /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENOTCACHED|ENETUNREACH|FetchError/;

/** The last one checks the declarations of the package too. */
const COMPILERS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: true },
  bundler: { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], skipLibCheck: true },
  exactOptionalPropertyTypes: { module: 'nodenext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
} as const;

describe('an empty project that installs the packed package', () => {
  const fences = allFences().filter(({ file }) => file === 'README.md');
  let offline: string | undefined;

  beforeAll(async () => {
    mkdirSync(join(project, 'src'), { recursive: true });
    writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
    for (const { line, code } of fences) writeFileSync(join(project, `src/readme${line}.ts`), `${code}\nexport {};\n`);
    for (const [name, options] of Object.entries(COMPILERS))
      writeFileSync(
        join(project, `tsconfig.${name}.json`),
        JSON.stringify({
          compilerOptions: {
            target: 'es2023',
            strict: true,
            types: ['node'],
            outDir: 'out',
            rootDir: 'src',
            ...options,
          },
          include: ['src'],
        }),
      );
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const others = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name] ?? 'latest'}`);
    try {
      await run(
        'npm',
        ['install', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1', tarball, ...others],
        { cwd: project },
      );
    } catch (error) {
      if (!OFFLINE.test(String(error)) || process.env['HEADWATER_REQUIRE_REGISTRY'] !== undefined) throw error;
      offline = 'no registry answers here: the packed package is not installed';
      process.stderr.write(`There is ${offline}.\n`);
    }
  }, 300_000);

  it.each(Object.keys(COMPILERS))(
    'compiles the README with %s',
    async (name) => {
      if (offline !== undefined) return;
      const tsc = join(project, 'node_modules/typescript/bin/tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', `tsconfig.${name}.json`], { cwd: project }).catch(
        (error: unknown) => error as { readonly stdout: string },
      );
      // The declarations of tfjs have errors of their own.
      expect(stdout.split('\n').filter((line) => /^(?:src|node_modules\/headwater)\//.test(line))).toEqual([]);
      expect(readdirSync(join(project, 'out'))).toHaveLength(fences.length);
    },
    300_000,
  );

  it('runs the README', async () => {
    if (offline !== undefined) return;
    const runnable = fences.filter(({ run: runs }) => runs);
    expect(runnable.length).toBeGreaterThan(1);
    for (const { line } of runnable) await run(process.execPath, [`out/readme${line}.js`], { cwd: project });
  }, 300_000);

  it('runs the command', async () => {
    if (offline !== undefined) return;
    const { stdout } = await run(process.execPath, [join(installed, 'dist/cli/main.js'), '--version'], {
      cwd: project,
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(readdirSync(join(project, 'node_modules/.bin'))).toContain('headwater');
  });
});
