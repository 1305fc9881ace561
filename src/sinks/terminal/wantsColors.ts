/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a variable is set to anything: by the convention of no-color.org an empty one counts as absent. */
const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/**
 * Whether text for a stream is to be coloured: on a terminal that is not `dumb`, unless `NO_COLOR` is set.
 *
 * `NO_COLOR` wins over all; `FORCE_COLOR` (other than `0` and `false`) asks for colours where there is no terminal.
 *
 * @param stream where the text goes
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
