import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder of what is kept from one run to the next and can be had anew: `headwater` in `XDG_CACHE_HOME`, else in
 * `~/.cache`. An empty variable counts as none.
 */
export const cacheFolder = ({ XDG_CACHE_HOME: cache = '' }: Readonly<Record<string, string | undefined>>): string =>
  join(cache === '' ? join(homedir(), '.cache') : cache, 'headwater');
