/** `npm run bench:NAME`: set-up where it is needed, then bench/NAME.ts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, root } from './setup.mjs';

install();
const [name, ...rest] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'bench', `${name}.ts`), ...rest], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
