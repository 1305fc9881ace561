/** `npm run bench`, `npm run bench:NAME`: set-up where it is needed, then bench/NAME.ts, on what was built. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build();
const [asked, ...rest] = process.argv.slice(2);
// Another program, with options of its own.
const name = asked === 'serve' && rest.includes('--peer') ? 'servePeer' : asked;
const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'bench', `${name}.ts`), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'bench/tsconfig.built.json') },
});
process.exit(status ?? 1);
