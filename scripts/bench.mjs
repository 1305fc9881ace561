/** `npm run bench`, `npm run bench:NAME`: installs and builds if needed, then runs bench/NAME.ts on the build. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build();
const [asked, ...rest] = process.argv.slice(2);
// The peer benchmark is a separate program with its own options.
const name = asked === 'serve' && rest.includes('--peer') ? 'servePeer' : asked;
const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'bench', `${name}.ts`), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'bench/tsconfig.built.json') },
});
process.exit(status ?? 1);
