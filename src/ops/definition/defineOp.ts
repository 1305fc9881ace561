/**
 * How an op of this library is made.
 *
 * An op is one kernel name, `Headwater<Name>`, with one gradient. What computes it depends on the backend:
 *
 * - a kernel of that name, where one was registered for the backend: the reference kernels in `kernels/headwater/` for
 *   the embedded backend, faster ones for the same names elsewhere (`registerKernels` puts them in);
 * - anywhere else `compose`: the same result from stock ops, which becomes the backend's kernel on the op's first use
 *   there.
 *
 * The gradient is explicit and is an op too (`Headwater<Name>Grad`, without a gradient of its own): stock ops have no
 * gradients in Node, and inside a kernel the tape is off, so nothing here relies on them. What the backward pass needs
 * beyond inputs goes from forward to backward as an extra output, the reserve. Its layout is private to a backend:
 * a backend with a kernel for an op must also have one for its gradient.
 *
 * Tensors travel as inputs, under the names that the equations give them. What is not differentiable (lengths, tokens,
 * labels, flags) travels as attributes, typed arrays included.
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

/** An op's inputs: tensors by name; one that may be absent may be undefined. */
export type NamedTensors<In> = { readonly [Name in keyof In]: Tensor | undefined };

/** An op's attributes: plain values by name, typed arrays included. */
export type NamedAttributes<Attributes> = { readonly [Name in keyof Attributes]: Attribute };

/** How gradients flow back through an op. */
export interface OpGradient<In extends NamedTensors<In>, Attributes extends NamedAttributes<Attributes>> {
  /** The inputs that the backward pass reads; none of them may be absent. */
  readonly savedInputs: readonly (keyof In & string)[];
  /** The outputs that the backward pass reads, by position. */
  readonly savedOutputs: readonly number[];
  /**
   * The gradient with respect to each input, from those with respect to each output (zeros where an output was not
   * used).
   *
   * `saved` holds the saved inputs, then the saved outputs. Two inputs never share a tensor of gradients.
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
  /** The op from stock ops. Runs in a tidy of its own and off the tape. */
  compose(inputs: In, attributes: Attributes): Out;
  /** Undefined for an op that is itself a gradient. */
  readonly gradient: OpGradient<In, Attributes> | undefined;
}

/** Any op, for lists of them. */
export interface AnyOp {
  readonly name: `Headwater${string}`;
  /** Puts the gradient into tfjs's registry, where there is one. */
  register(): void;
}

/** An op as `defineOp` makes it: callable. */
export interface RunnableOp<
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>
  extends Op<In, Out, Attributes>, AnyOp {
  /** Runs the op on the current backend and records it for gradients. */
  run(inputs: In, attributes: Attributes): Out;
}

/** Makes an op of its definition; registers nothing. */
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
          `The gradient of ${name} is not registered, so nothing can be trained through it. Call registerOps() or registerBackend() once at the start.`,
        );
      }
      backend(); // tfjs picks a backend at its first use, and only then knows its name
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

/** The kernel that an op's composition is. */
export const composedKernel = <
  In extends NamedTensors<In>,
  Out extends readonly Tensor[],
  Attributes extends NamedAttributes<Attributes>,
>(
  op: Op<In, Out, Attributes>,
): OpKernel => ({
  kernelName: op.name,
  // runKernel hands its tensors through as they are; tidy disposes of every intermediate result.
  kernelFunc: ({ inputs, attrs }) => tidy(() => [...op.compose(inputs as In, attrs as Attributes)]),
});

/**
 * Registers kernels for a backend, in place of those that it has for the same ops.
 *
 * An op's kernel and its gradient's share the layout of the reserve, so they are replaced together.
 *
 * @param backendName the backend, as tfjs knows it; it need not be registered yet
 * @param kernels the kernels
 */
export const registerKernels = (backendName: string, kernels: readonly OpKernel[]): void => {
  checkArgument('registerKernels', 'kernels', kernels, 'a list of kernels', [Symbol.iterator]);

  for (const { kernelName, kernelFunc } of kernels) {
    if ((getKernel(kernelName, backendName) as unknown) !== undefined) unregisterKernel(kernelName, backendName);
    registerKernel({ kernelName, backendName, kernelFunc });
  }
};
