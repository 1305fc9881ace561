import { join } from 'node:path';
import { homeFolder } from './homeFolder.js';

/**
 * The folder for files that are kept between runs and can be created again: `headwater` in `XDG_CACHE_HOME`, or else in
 * `~/.cache`. An empty variable counts as not set.
 */
export const cacheFolder = ({ XDG_CACHE_HOME: cache = '' }: Readonly<Record<string, string | undefined>>): string =>
  join(cache === '' ? join(homeFolder(), '.cache') : cache, 'headwater');
