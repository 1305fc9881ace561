/**
 * Bundles src/ into dist/: one file for each entry of the package, each command and each program that is started as a
 * process, and the chunks that they share. To load some fifty files takes half the time of four hundred.
 *
 * The compiler writes the declarations (`*.d.ts`), which stay one a module.
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

/** What runs as a process of its own. */
const PROGRAMS = [
  'src/cli/main.ts',
  'src/cli/backends/backendSelfTest.ts',
  'src/cli/backends/probeBackend.ts',
  'src/ops/tensorflow/trial.ts',
];

/**
 * Modules that keep a file of their own, by the names that `browser` in package.json knows them by. The gradients are
 * bundled by `bundleGradients.mjs`.
 */
const APART = ['ops/kernels/simd/machine/kernelBytes', 'ops/backends/loadTensorflow', 'ops/backends/noTensorflow'];
const GRADIENTS = 'ops/stockGradients';

/** Marks a path that begins at dist/, until it is known which file names it. */
const FROM_DIST = 'dist:';

/** Two packages whose values are plain data. What is used of them is bundled: they are CommonJS, and slow to load. */
const BUNDLED = { 'fp-ts': /^fp-ts\/lib\/(\w+)\.js$/, 'io-ts': /^io-ts$/ };

const LOCATION = 'location.js';

/**
 * Packages that are CommonJS for Node, and large. An import of one makes Node search all its text for the names that it
 * exports, at a third of the time that the package takes to load. So the bundle takes it from a small module that
 * requires it and knows the names. A bundler for browsers takes another in its place, that imports (`browser` in
 * package.json).
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
      // In two statements: of one, Node would search what is required for names.
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
    // A module finds files by where it is. That stays where its source is, in whatever file its code comes to be.
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

/** The text of a file with its paths from dist/ as paths from where it is. */
const withPaths = (file, text) =>
  text.replaceAll(new RegExp(`(["'])${FROM_DIST}([^"']+)\\1`, 'g'), (_, quote, target) => {
    const path = posix.relative(posix.dirname(file), target);
    return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });

/**
 * A file without imports of which it uses nothing. esbuild leaves them where modules came together in one file; no module
 * of ours does anything by being loaded, so they would only load more.
 */
const withoutBareImports = (text) => text.replaceAll(/^import "\.\.?\/[^"]+";\n/gm, '');

/** Fails where a file imports one that is not there. */
const checkImports = (outputs) => {
  const known = new Set([...outputs.map(({ file }) => file), LOCATION, `${GRADIENTS}.js`]);
  for (const { file, text } of outputs)
    for (const [, , target] of text.matchAll(/\b(?:from|import)\s*\(?\s*(["'])(\.\.?\/[^"']+)\1/g))
      if (!known.has(posix.join(posix.dirname(file), target)) && !existsSync(join(dist, posix.dirname(file), target)))
        throw new Error(`dist/${file} imports ${target}, which is not there.`);
};

/** @returns the files that were written, as paths from dist/ */
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
