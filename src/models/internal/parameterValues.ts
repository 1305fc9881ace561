import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { random, type Random } from '../../contracts/random.js';
import type { Weight } from '../../contracts/models/StateDict.js';

/** The shape of a parameter, and its initial values: `data`, or drawn from [−uniform, uniform), or 0. */
export interface Parameter {
  readonly shape: readonly number[];
  /** Row-major; the number of values must match the shape. */
  readonly data?: Float32Array | undefined;
  /** The bound of the random values, above 0. */
  readonly uniform?: number | undefined;
}

const valuesOf = (name: string, { shape, data, uniform }: Parameter, draws: Random): Float32Array => {
  const size = shape.reduce((product, side) => product * side, 1);
  const refuse = (what: string): never => {
    throw new HeadwaterError('HW_USAGE', `trainable: the parameter "${name}" ${what}.`);
  };
  if (!shape.every((side) => Number.isSafeInteger(side) && side >= 1))
    refuse(`has the shape [${shape.join(', ')}], but each side must be a whole number above 0`);
  if (data !== undefined && uniform !== undefined) refuse('has both data and uniform. Give one of them');
  if (data !== undefined && data.length !== size)
    refuse(`has ${data.length} values, but its shape [${shape.join(', ')}] has ${size}`);
  if (uniform !== undefined && !(typeof uniform === 'number' && uniform > 0 && uniform < Infinity))
    refuse(`has uniform ${JSON.stringify(uniform)}, but it must be a finite number above 0`);
  if (data !== undefined) return data.slice();
  if (uniform === undefined) return new Float32Array(size);
  return Float32Array.from({ length: size }, () => uniform * (2 * draws.uniform() - 1));
};

/**
 * The initial values of parameters, in their order.
 *
 * @throws HeadwaterError `HW_USAGE` for an invalid parameter, or without parameters
 */
export const parameterValues = <Name extends string>(
  parameters: Readonly<Record<Name, Parameter>>,
  seed: number,
): ReadonlyMap<Name, Weight> => {
  const entries = Object.entries<Parameter>(parameters) as [Name, Parameter][];
  if (entries.length === 0) throw new HeadwaterError('HW_USAGE', 'trainable: there are no parameters to learn.');
  return new Map(
    // Each parameter has its own generator, so its values do not depend on the shapes of the others.
    entries.map(([name, parameter], i) => [
      name,
      { shape: parameter.shape, data: valuesOf(name, parameter, random(seed, 'weights', i)) },
    ]),
  );
};
