import * as E from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';

const misfit = (why: string, where: string | undefined): E.Either<HeadwaterError, never> =>
  E.left(
    new HeadwaterError(
      'HW_ARTIFACT',
      `The weights${where === undefined ? '' : ` in ${where}`} do not fit the model: ${why}.`,
      where === undefined ? {} : { where },
    ),
  );

const written = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * Checks that weights have exactly the names and shapes of a model, and that each has the number of values of its
 * shape.
 *
 * @param wanted shapes by name
 * @param state the weights
 * @param where the path of the weights, for the error message
 * @returns the weights in the model's order, or `HW_ARTIFACT`
 */
export const checkWeights = (
  wanted: ReadonlyMap<string, readonly number[]>,
  state: StateDict,
  where?: string,
): E.Either<HeadwaterError, StateDict> => {
  const missing = [...wanted.keys()].filter((name) => !state.has(name));
  if (missing.length > 0) return misfit(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`, where);
  const extra = [...state.keys()].filter((name) => !wanted.has(name));
  if (extra.length > 0)
    return misfit(`it has no ${extra.slice(0, 5).join(', ')}${extra.length > 5 ? ', …' : ''}`, where);
  const ordered = new Map<string, StateDict extends ReadonlyMap<string, infer Weight> ? Weight : never>();
  for (const [name, shape] of wanted) {
    const weight = state.get(name);
    if (weight === undefined) continue;
    const size = shape.reduce((product, side) => product * side, 1);
    if (written(weight.shape) !== written(shape))
      return misfit(`${name} should be of shape ${written(shape)}, but is ${written(weight.shape)}`, where);
    if (weight.data.length !== size)
      return misfit(
        `${name} of shape ${written(shape)} should have ${size} values, but has ${weight.data.length}`,
        where,
      );
    ordered.set(name, weight);
  }
  return E.right(ordered);
};
