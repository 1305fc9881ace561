import type { Environment } from './wantsColors.js';

/**
 * Whether a line on a stream can be redrawn: on a terminal that is not `dumb`, outside continuous integration.
 *
 * @param stream the output stream
 * @param env the environment; default `process.env`
 */
export const isInteractive = (
  stream: { readonly isTTY?: boolean | undefined },
  env: Environment = process.env,
): boolean => stream.isTTY === true && env['TERM'] !== 'dumb' && ['', 'false', undefined].includes(env['CI']);
