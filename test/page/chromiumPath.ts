import { existsSync } from 'node:fs';

/** Where Chromium is: Debian's, or what CHROMIUM names. Undefined where there is none. */
export const chromiumPath = [process.env['CHROMIUM'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

if (chromiumPath === undefined)
  process.stderr.write(
    'There is no Chromium here (apt-get install chromium, or name it ' +
      'by CHROMIUM): the tests in a browser are skipped.\n',
  );
