/**
 * Bundles src/ into dist/: one file for each entry of the package, each command and each program that runs as a
 * process, and their shared chunks. Loading about fifty files takes half the time of loading four hundred.
 *
 * The compiler writes the declarations (`*.d.ts`), one for each module.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { root } from './setup.mjs';

const src = join(root, 'src');
const dist = join(root, 'dist');

const slashes = (path) => path.replaceAll(sep, '/');

const entries = readdirSync(join(src, 'entries')).map((file) => `src/entries/${file}`);

/** The programs that run as separate processes or worker threads. */
const PROGRAMS = [
  'src/cli/main.ts',
  'src/cli/backends/backendSelfTest.ts',
  'src/cli/backends/probeBackend.ts',
  'src/ops/tensorflow/trial.ts',
  'src/streams/table/internal/parquetWorker.ts',
];

/**
 * Modules that keep their own files, because `browser` in package.json names them. The gradients are bundled by
 * `bundleGradients.mjs`.
 */
const APART = ['ops/kernels/simd/machine/kernelBytes', 'ops/backends/loadTensorflow', 'ops/backends/noTensorflow'];
const GRADIENTS = 'ops/stockGradients';

/** Marks a path relative to dist/, until the file that refers to it is known. */
const FROM_DIST = 'dist:';

/** Two packages of plain data values. The used parts are bundled, because the packages are CommonJS and load slowly. */
const BUNDLED = { 'fp-ts': /^fp-ts\/lib\/(\w+)\.js$/, 'io-ts': /^io-ts$/ };

const LOCATION = 'location.js';

/**
 * Large packages that are CommonJS in Node. For an import of such a package, Node scans its text for exported names,
 * which takes a third of its load time. So the bundle imports a small module that requires the package and lists the
 * names. Bundlers for browsers use another module instead, which imports the package (`browser` in package.json).
 */
const REQUIRED = {
  rxjs: 'required/rxjs',
  '@tensorflow/tfjs-core': 'required/tfjs-core',
  '@tensorflow/tfjs-backend-cpu': 'required/tfjs-backend-cpu',
};

/** The names that files import from a module, sorted. */
const namesFrom = (module, outputs) => {
  const names = outputs.flatMap(({ text }) =>
    Array.from(text.matchAll(/\bimport \{([^}]*)\} from "([^"]+)"/g))
      .filter(([, , from]) => from === `${FROM_DIST}${module}.js`)
      .flatMap(([, list]) => list.split(',').map((name) => name.trim().split(' as ')[0])),
  );
  return [...new Set(names.filter(Boolean))].sort();
};

const requiredModules = (outputs) =>
  Object.entries(REQUIRED).flatMap(([name, module]) => {
    const names = namesFrom(module, outputs).join(', ');
    const required = `${posix.basename(module)}.cjs`;
    return [
      { file: `${module}.js`, text: `import required from './${required}';\nexport const { ${names} } = required;\n` },
      // Two statements: with a single statement, Node would scan the required package for exported names.
      { file: `${module}.cjs`, text: `const required = require('${name}');\nmodule.exports = required;\n` },
      { file: `${module}.browser.js`, text: `export { ${names} } from '${name}';\n` },
    ];
  });

const modules = {
  name: 'modules',
  setup: ({ onResolve, onLoad }) => {
    const require = createRequire(import.meta.url);
    const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));
    onResolve({ filter: BUNDLED['fp-ts'] }, ({ path }) => ({
      path: join(folderOf('fp-ts'), 'es6', `${BUNDLED['fp-ts'].exec(path)[1]}.js`),
      sideEffects: false,
    }));
    onResolve({ filter: BUNDLED['io-ts'] }, () => ({
      path: join(folderOf('io-ts'), 'es6/index.js'),
      sideEffects: false,
    }));
    onResolve({ filter: /^fp-ts\/es6\// }, ({ path }) => ({
      path: join(folderOf('fp-ts'), path.slice('fp-ts/'.length) + (path.endsWith('.js') ? '' : '.js')),
      sideEffects: false,
    }));
    onResolve({ filter: /^(?:rxjs$|@tensorflow\/)/ }, ({ path }) =>
      Object.hasOwn(REQUIRED, path) ? { path: `${FROM_DIST}${REQUIRED[path]}.js`, external: true } : undefined,
    );
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir, kind }) => {
      const module = slashes(relative(src, join(resolveDir, path))).replace(/\.js$/, '');
      return kind !== 'entry-point' && (APART.includes(module) || module === GRADIENTS)
        ? { path: `${FROM_DIST}${module}.js`, external: true }
        : undefined;
    });
    onResolve({ filter: new RegExp(`^${FROM_DIST}`) }, ({ path }) => ({ path, external: true }));
    // A module uses its own URL to find files. The URL is replaced by that of its source, because its code can be in
    // any chunk.
    onLoad({ filter: /src[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const module = slashes(relative(src, path)).replace(/\.ts$/, '.js');
      const contents = `import { DIST } from '${FROM_DIST}${LOCATION}';\n${source.replaceAll(
        /\bimport\.meta\.url\b/g,
        `new URL('${module}', DIST).href`,
      )}`;
      return { contents, loader: 'ts' };
    });
  },
};

/** The text of a file with its dist/ paths made relative to the file. */
const withPaths = (file, text) =>
  text.replaceAll(new RegExp(`(["'])${FROM_DIST}([^"']+)\\1`, 'g'), (_, quote, target) => {
    const path = posix.relative(posix.dirname(file), target);
    return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });

/**
 * Removes imports without names. esbuild leaves them when it merges modules into one file. No module of this package
 * has side effects on load, so these imports would only load more files.
 */
const withoutBareImports = (text) => text.replaceAll(/^import "\.\.?\/[^"]+";\n/gm, '');

/** Fails if a file imports a file that does not exist. */
const checkImports = (outputs) => {
  const known = new Set([...outputs.map(({ file }) => file), LOCATION, `${GRADIENTS}.js`]);
  for (const { file, text } of outputs)
    for (const [, , target] of text.matchAll(/\b(?:from|import)\s*\(?\s*(["'])(\.\.?\/[^"']+)\1/g))
      if (!known.has(posix.join(posix.dirname(file), target)) && !existsSync(join(dist, posix.dirname(file), target)))
        throw new Error(`dist/${file} imports ${target}, which is not there.`);
};

/** @returns the written files, as paths relative to dist/ */
export const bundleLibrary = async () => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      'src/index.ts',
      'src/testing/index.ts',
      ...entries,
      ...PROGRAMS,
      ...APART.map((module) => `src/${module}.ts`),
      { in: 'bench/internals.ts', out: 'bench/internals' },
    ],
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'neutral',
    format: 'esm',
    target: 'es2023',
    tsconfig: 'tsconfig.build.json',
    external: ['node:*'],
    plugins: [modules],
    logLevel: 'warning',
  });
  const outputs = outputFiles.map(({ path, text }) => {
    const file = slashes(relative(dist, path));
    return { file, text: withoutBareImports(text) };
  });
  outputs.push(...requiredModules(outputs));
  for (const output of outputs) output.text = withPaths(output.file, output.text);
  outputs.push({
    file: LOCATION,
    text: "/** The folder of the build. */\nexport const DIST = new URL('./', import.meta.url).href;\n",
  });
  checkImports(outputs);
  rmSync(join(dist, 'chunks'), { recursive: true, force: true });
  for (const { file, text } of outputs) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), text);
  }
  writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(metafile));
  return [...outputs.map(({ file }) => file), `${GRADIENTS}.js`, 'LICENSES.txt'];
};
