import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and the rooms that each may import besides itself and `contracts`. Imports run one way.
 * `index`, `entries`, `cli` and `testing` are entries: nothing inside imports them.
 */
const rooms = {
  contracts: [],
  streams: [],
  brokers: ['streams'],
  text: [],
  provision: [],
  vectors: ['streams', 'text', 'provision', 'sinks'],
  ops: ['provision'],
  sinks: [],
  operators: ['text'],
  models: ['ops', 'text'],
  training: ['text', 'operators', 'ops', 'models', 'sinks'],
  checkpoints: ['text', 'models', 'sinks'],
  inference: ['text', 'operators', 'models'],
  testing: ['streams', 'operators'],
  page: [],
  server: ['streams', 'text', 'operators', 'ops', 'models', 'sinks'],
  cli: [
    'streams',
    'brokers',
    'text',
    'provision',
    'vectors',
    'operators',
    'ops',
    'models',
    'sinks',
    'training',
    'checkpoints',
    'server',
  ],
  entries: [
    'inference',
    'streams',
    'brokers',
    'text',
    'vectors',
    'operators',
    'ops',
    'models',
    'sinks',
    'training',
    'checkpoints',
    'server',
  ],
};

/**
 * The sub-rooms of each room, along the path of the data: each may import those before it. `.` is the room's own files;
 * where it is not named, it comes last. Internal folders belong to the sub-room that they are in.
 */
const chains = {
  contracts: ['.', 'messages', 'runtime', 'rows', 'flow', 'models', 'training', 'live'],
  streams: [
    'internal',
    'pacing',
    'bodies/bytes',
    'bodies/encoding',
    'bodies/http/faults',
    'bodies/http/connection',
    'bodies/http/retries',
    'bodies/http',
    'bodies',
    'csv',
    'vectors',
    'table',
    'sample',
    'feeds/parsing/dates',
    'feeds/parsing/text',
    'feeds/parsing/items',
    'feeds/parsing/xml',
    'feeds/parsing/json',
    'feeds/parsing',
    'feeds/polling',
    'feeds',
    'live',
  ],
  vectors: ['.', 'english'],
  text: ['internal', 'unicode', 'artifacts', 'features', 'vectors', '.'],
  provision: ['host', 'files', 'tensorflow'],
  operators: ['internal', 'flow', 'rows', 'batches', 'training', 'live', 'learning'],
  ops: [
    'definition',
    'internal',
    'layers',
    'pooling',
    'sparse',
    'recurrent',
    'optimizers',
    'tensorflow',
    '.',
    'kernels/headwater/definition',
    'kernels/headwater/cells',
    'kernels/headwater/layers',
    'kernels/headwater',
    'kernels/simd/machine',
    'kernels/simd/layers',
    'kernels/simd',
    'kernels/tensorflow',
    'kernels/webgpu',
    'backends',
  ],
  models: ['.', 'linear', 'wide', 'sum', 'artifacts', 'onnx'],
  sinks: ['internal', 'terminal', 'rejections', 'files', 'metrics', 'progress', 'tensorboard', 'flow', 'watch'],
  page: ['elements', 'charts', 'connection', 'headlines', 'panels', 'flow', 'serving', 'runs', 'training', 'workers'],
  server: [
    'http',
    'generations',
    'queue',
    'guards',
    'answers',
    'labels',
    'access',
    'feeds',
    'flow',
    'events',
    'openapi',
    '.',
    'training',
    'work',
  ],
  brokers: ['internal', '.', 'models', 'nats', 'kafka'],
  cli: [
    'process',
    'outputs',
    'flow',
    'backends',
    'tables',
    'checkpoints',
    'training/options',
    'training/prepared',
    'training/results',
    'training/lesson',
    'training/search',
    'training',
    'inference',
    'live',
    'learning',
    'brokers',
    'serving',
    'commands/models',
    'commands/live',
    'commands/brokers',
    'commands/environment',
    'commands',
  ],
};

/** Forbids imports whose path from a file of that depth in src/ begins with one of `targets`, folders of src/. */
const forbids = (depth, targets, message) =>
  targets.length === 0
    ? []
    : [{ regex: `^${depth === 0 ? '\\./' : '(\\.\\./)'.repeat(depth)}(${targets.join('|')})`, message }];

/** What no file of a room may import: other rooms that are closed to it. */
const closedRooms = (room, depth) => {
  const open = [room, 'contracts', ...rooms[room]];
  const names = [...Object.keys(rooms), 'index'].filter((other) => !open.includes(other));
  const targets = names.map((name) => (name === 'index' ? 'index\\.js$' : `${name}/`));
  return forbids(
    depth,
    targets,
    `src/${room} may import ${open.filter((o) => o !== room).join(', ')} alone: see docs/design.md.`,
  );
};

/**
 * What a file of a sub-room may not import: the sub-rooms after its own. `below` is how far the file is below the
 * sub-room's folder. A path may begin at the room's folder, or at a folder of the room that holds both sub-rooms.
 */
const laterRooms = (room, sub, below) => {
  const chain = chains[room].includes('.') ? chains[room] : [...chains[room], '.'];
  const later = chain.slice(chain.indexOf(sub) + 1);
  const parts = sub === '.' ? [] : sub.split('/');
  const nested = (name) => chain.filter((other) => other.startsWith(`${name}/`) && !later.includes(other));
  const from = (depth) => {
    const folder = parts
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join('');
    const targets = later
      .filter((name) => name.startsWith(folder))
      .map((name) => {
        if (name === '.') return '[^/]+\\.js$';
        const open = nested(name).map((other) => `${other.slice(name.length + 1)}/`);
        return `${name.slice(folder.length)}/${open.length === 0 ? '' : `(?!${open.join('|')})`}`;
      });
    return forbids(
      parts.length - depth + below,
      targets,
      `src/${room}/${sub} comes before it on the path of the data: see docs/design.md.`,
    );
  };
  return Array.from({ length: Math.max(1, parts.length) }, (_, depth) => from(depth)).flat();
};

/** Where a sub-room lies inside another that comes after it: the files of that folder itself. */
const enclosing = (room, sub, below) => {
  const parent = sub.split('/').slice(0, -1).join('/');
  const chain = chains[room];
  if (chain.indexOf(parent) <= chain.indexOf(sub)) return [];
  return forbids(
    1 + below,
    ['[^/]+\\.js$'],
    `src/${room}/${sub} comes before src/${room}/${parent}: see docs/design.md.`,
  );
};

/** The greatest depth of a folder below src/. */
const DEEPEST = 6;

const rule = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

/**
 * One block for each folder depth, since a path begins with as many `../` as its file is deep. The last that fits
 * counts.
 */
const walls = Object.keys(rooms).flatMap((room) => {
  const files = (sub, below) => [`src/${[room, ...(sub === '.' ? [] : [sub])].join('/')}/${'*/'.repeat(below)}*.ts`];
  const subs = (chains[room] ?? []).toSorted((a, b) => a.split('/').length - b.split('/').length);
  const ofRoom = Array.from({ length: DEEPEST }, (_, below) => ({
    files: files('.', below),
    rules: rule([
      ...closedRooms(room, 1 + below),
      // Own files that come before a sub-room, and what is internal to them.
      ...(chains[room]?.includes('.') ? laterRooms(room, '.', below) : []),
    ]),
  }));
  const ofSubs = subs
    .filter((sub) => sub !== '.')
    .flatMap((sub) =>
      Array.from({ length: 3 }, (_, below) => {
        const up = sub.split('/').length + below;
        return {
          files: files(sub, below),
          rules: rule([...closedRooms(room, 1 + up), ...laterRooms(room, sub, below), ...enclosing(room, sub, below)]),
        };
      }),
    );
  return [...ofRoom, ...ofSubs];
});

/** Prettier breaks code, but no text. It leaves the title of a test in one line, and so does this rule. */
const LONGEST_LINE = {
  code: 120,
  ignoreUrls: true,
  ignoreRegExpLiterals: true,
  ignorePattern: '^\\s*(?:it|test|describe)(?:\\.[^(]*)?\\(',
};

export default tseslint.config(
  // assembly/ is AssemblyScript, a language of its own.
  {
    ignores: [
      'assembly/',
      'dist/',
      'site/dist/',
      'node_modules/',
      'coverage/',
      'artifacts/',
      'test-results/',
      '.headwater/',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    // Input from elsewhere must not make a regular expression take quadratic or exponential time.
    files: ['src/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name=/^mkdir(Sync)?$/] Property[key.name='recursive']",
          message: 'It never returns where a folder answers ENOENT, as /proc does. Use makeFolders.',
        },
      ],
    },
  },
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            'eslint.config.js',
            'scripts/*.mjs',
            'site/.vitepress/theme/*.js',
            'test/package/*.mjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-len': ['error', LONGEST_LINE],
      // A hot loop over a typed array with a known bound reads `a[i]!`; everywhere else the reason stands beside it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['eslint.config.js', 'scripts/*.mjs', 'site/.vitepress/theme/*.js', 'test/package/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    // Their texts contain whole documents and programs, which are easier to read unbroken.
    files: ['test/**', 'bench/**', 'site/**', 'scripts/**'],
    rules: { 'max-len': ['error', { ...LONGEST_LINE, ignoreStrings: true, ignoreTemplateLiterals: true }] },
  },
  ...walls,
);
