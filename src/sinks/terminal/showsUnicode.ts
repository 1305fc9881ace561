import type { Environment } from './wantsColors.js';

/**
 * Whether a terminal shows Unicode, according to its locale.
 *
 * @param env the environment
 */
export const showsUnicode = (env: Environment): boolean => {
  // POSIX uses the first of these that is set and not empty.
  const locale =
    [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '') ?? '';
  return /utf-?8/i.test(locale) || (env['WT_SESSION'] ?? '') !== '';
};
