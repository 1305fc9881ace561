import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../src/provision/files/cacheFolder.js';

describe('cacheFolder', () => {
  it('is where the environment says', () =>
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe(join('/var/cache/me', 'headwater')));

  it.each([{}, { XDG_CACHE_HOME: '' }])(
    'is in the home folder for %j, never in the folder that one happens to be in',
    (env) => expect(cacheFolder(env)).toBe(join(homedir(), '.cache', 'headwater')),
  );
});
