import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and the rooms that each may import besides itself and `contracts`. Imports run one way.
 * `index`, `cli` and `testing` are front doors: nothing inside imports them.
 */
const rooms = {
  contracts: [],
  streams: [],
  text: [],
  provision: [],
  ops: ['provision'],
  sinks: [],
  operators: ['text'],
  models: ['ops', 'text'],
  testing: ['streams'],
  page: [],
  server: ['streams', 'text', 'operators', 'ops', 'models', 'sinks'],
  cli: ['streams', 'text', 'provision', 'operators', 'ops', 'models', 'sinks', 'server'],
};

const walls = Object.entries(rooms).map(([room, allowed]) => {
  const closed = [...Object.keys(rooms), 'index'].filter(
    (other) => other !== room && other !== 'contracts' && !allowed.includes(other),
  );
  const forbidden = room === 'contracts' ? closed : closed.filter((other) => other !== 'contracts');
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbidden.join('|')})(/|\\.js$)`,
              message: `src/${room} may import ${['contracts', ...allowed].filter((other) => other !== room).join(', ') || 'no other room'} alone: see docs/design.md.`,
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  // assembly/ is AssemblyScript, a language of its own.
  { ignores: ['assembly/', 'dist/', 'node_modules/', 'coverage/', 'artifacts/', 'test-results/', '.headwater/'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A hot loop over a typed array with a known bound reads `a[i]!`; everywhere else the reason stands beside it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['eslint.config.js', 'scripts/*.mjs'], ...tseslint.configs.disableTypeChecked },
  ...walls,
);
