/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a variable has a value: by the convention of no-color.org, an empty one counts as not set. */
const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/**
 * Whether to colour text for a stream: on a terminal that is not `dumb`, unless `NO_COLOR` is set.
 *
 * `NO_COLOR` has the highest priority. `FORCE_COLOR` (except `0` and `false`) turns colours on without a terminal.
 *
 * @param stream the output stream
 * @param env the environment; default `process.env`
 */
export const wantsColors = (
  stream: { readonly isTTY?: boolean | undefined },
  env: Environment = process.env,
): boolean => {
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
};
