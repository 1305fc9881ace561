/**
 * The definition of ops in this library.
 *
 * An op has one kernel name, `Headwater<Name>`, and one gradient. Its implementation depends on the backend:
 *
 * - a kernel of that name, if one is registered for the backend: the reference kernels in `kernels/headwater/` for the
 *   embedded backend, or faster ones for the same names (added by `registerKernels`);
 * - otherwise `compose`: the same result from stock ops. It becomes the kernel of the backend at the first use of the
 *   op.
 *
 * The gradient is explicit and is also an op (`Headwater<Name>Grad`, which has no gradient). Nothing here relies on the
 * gradients of stock ops: they are not registered in Node, and the tape is off inside a kernel. Values beyond the
 * inputs that the backward pass needs are an extra output of the forward pass, the reserve. Its layout is private to a
 * backend: a backend with a kernel for an op must also have one for its gradient.
 *
 * Tensors are inputs, under the names of the equations. Values that are not differentiable (lengths, tokens, labels,
 * flags) are attributes, including typed arrays.
 *
 * A new op takes four steps: the op and its gradient in a file of their own with `defineOp`; their reference kernels in
 * `kernels/headwater/`; the op in the list of `registerOps.ts`; the kernels in the list of
 * `kernels/headwater/referenceKernels.ts`.
 */
import { checkArgument } from '../../contracts/checkArgument.js';
import {
  backend,
  engine,
  getBackend,
  getGradient,
  getKernel,
  registerGradient,
  registerKernel,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { Attribute, Tensor } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The inputs of an op: tensors by name. An optional input may be undefined. */
export type NamedTensors<In> = { readonly [Name in keyof In]: Tensor | undefined };

/** The attributes of an op: plain values by name, including typed arrays. */
export type NamedAttributes<Attributes> = { readonly [Name in keyof Attributes]: Attribute };

/** The gradient of an op. */
export interface OpGradient<In extends NamedTensors<In>, Attributes extends NamedAttributes<Attributes>> {
  /** The inputs that the backward pass reads. They cannot be optional inputs. */
  readonly savedInputs: readonly (keyof In & string)[];
  /** The outputs that the backward pass reads, by position. */
  readonly savedOutputs: readonly number[];
  /**
   * Computes the gradient with respect to each input from the gradients with respect to each output (zeros for an
   * output that was not used).
   *
   * `saved` holds the saved inputs, then the saved outputs. Two inputs must not share one gradient tensor.
   */
  backward(
    dOutputs: readonly Tensor[],
    saved: readonly Tensor[],
    attributes: Attributes,
  ): Partial<Record<keyof In & string, Tensor>>;
}

/** An op: its kernel name, its composition of stock ops and its gradient. */
export interface Op<
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
> {
  /** The kernel's name in tfjs's registry. */
  readonly name: `Headwater${string}`;
  /** The op composed of stock ops. It runs inside a `tidy` and off the tape. */
  compose(inputs: In, attributes: Attributes): Out;
  /** Undefined for an op that is itself a gradient. */
  readonly gradient: OpGradient<In, Attributes> | undefined;
}

/** Any op, for lists of them. */
export interface AnyOp {
  readonly name: `Headwater${string}`;
  /** Registers the gradient with tfjs, if the op has one. */
  register(): void;
}

/** An op that can be run, as returned by `defineOp`. */
export interface RunnableOp<
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>
  extends Op<In, Out, Attributes>, AnyOp {
  /** Runs the op on the current backend and records it for gradients. */
  run(inputs: In, attributes: Attributes): Out;
}

/**
 * Makes an op from its definition. It registers nothing.
 *
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { grad, mul, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
 * import { defineOp, registerBackend } from 'headwater';
 *
 * registerBackend();
 * // x², with the gradient 2 · x · dy.
 * const squares = defineOp<{ x: Tensor }, readonly [Tensor], Record<string, never>>({
 *   name: 'HeadwaterSquares',
 *   compose: ({ x }) => [mul(x, x)],
 *   gradient: {
 *     savedInputs: ['x'],
 *     savedOutputs: [],
 *     backward: ([dy], [x]) => ({ x: mul(mul(2, x!), dy!) }),
 *   },
 * });
 * squares.register();
 * const slope = grad((x) => squares.run({ x }, {})[0]);
 * slope(tensor1d([1, 2, 3])).print(); // [2, 4, 6]
 * ```
 */
export const defineOp = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>(
  op: Op<In, Out, Attributes>,
): RunnableOp<In, Out, Attributes> => {
  checkArgument('defineOp', 'op', op, 'the definition of an op');

  const { name, gradient } = op;

  return {
    ...op,
    register: () => {
      if (gradient === undefined) return;
      const { savedInputs, savedOutputs } = gradient;
      registerGradient({
        kernelName: name,
        inputsToSave: [...savedInputs],
        outputsToSave: Array.from({ length: Math.max(-1, ...savedOutputs) + 1 }, (_, i) => savedOutputs.includes(i)),
        gradFunc: (dy, saved, attrs) => {
          const gradients = gradient.backward(Array.isArray(dy) ? dy : [dy], saved, attrs as Attributes);
          return Object.fromEntries(
            Object.entries<Tensor | undefined>(gradients).flatMap(([input, value]) =>
              value === undefined ? [] : [[input, () => value]],
            ),
          );
        },
      });
    },
    run: (inputs, attributes) => {
      if (gradient !== undefined && engine().isTapeOn() && (getGradient(name) as unknown) === undefined) {
        throw new HeadwaterError(
          'HW_USAGE',
          `The gradient of ${name} is not registered, so nothing can be trained through ` +
            'it. Call registerOps() or registerBackend() once at the start.',
        );
      }
      backend(); // tfjs selects a backend at the first use; only then its name is known
      const backendName = getBackend();
      if ((getKernel(name, backendName) as unknown) === undefined) registerKernels(backendName, [composedKernel(op)]);
      const present: Record<string, Tensor> = {};
      for (const input in inputs) if (inputs[input] !== undefined) present[input] = inputs[input];
      return engine().runKernel<Tensor[]>(name, present, attributes) as readonly Tensor[] as Out;
    },
  };
};

/** A kernel for one op, not yet bound to a backend. */
export interface OpKernel {
  readonly kernelName: `Headwater${string}`;
  readonly kernelFunc: Parameters<typeof registerKernel>[0]['kernelFunc'];
}

/** Makes a kernel from the composition of an op. */
export const composedKernel = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>(
  op: Op<In, Out, Attributes>,
): OpKernel => ({
  kernelName: op.name,
  // runKernel passes the tensors on unchanged; tidy disposes of every intermediate result.
  kernelFunc: ({ inputs, attrs }) => tidy(() => [...op.compose(inputs as In, attrs as Attributes)]),
});

/**
 * Registers kernels for a backend and replaces its kernels for the same ops.
 *
 * The kernel of an op and the kernel of its gradient share the layout of the reserve. Replace them together.
 *
 * @param backendName the name of the backend in tfjs; the backend need not be registered yet
 * @param kernels the kernels
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { add, mul, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
 * import { BACKEND_NAME, defineOp, registerBackend, registerKernels } from 'headwater';
 *
 * registerBackend();
 * const twice = defineOp<{ x: Tensor }, readonly [Tensor], Record<string, never>>({
 *   name: 'HeadwaterTwice',
 *   compose: ({ x }) => [add(x, x)],
 *   gradient: undefined,
 * });
 * registerKernels(BACKEND_NAME, [
 *   { kernelName: 'HeadwaterTwice', kernelFunc: ({ inputs }) => [mul(inputs['x'] as Tensor, 2)] },
 * ]);
 * twice.run({ x: tensor1d([1, 2]) }, {})[0].print(); // [2, 4], by the kernel
 * ```
 */
export const registerKernels = (backendName: string, kernels: readonly OpKernel[]): void => {
  checkArgument('registerKernels', 'kernels', kernels, 'a list of kernels', [Symbol.iterator]);

  for (const { kernelName, kernelFunc } of kernels) {
    if ((getKernel(kernelName, backendName) as unknown) !== undefined) unregisterKernel(kernelName, backendName);
    registerKernel({ kernelName, backendName, kernelFunc });
  }
};
