import * as TE from 'fp-ts/lib/TaskEither.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { firstLine } from '../internal/firstLine.js';
import { loadWebgpu, WEBGPU_NAME } from './loadWebgpu.js';
import { backendVariant, registerBackend, type BackendOptions } from './registerBackend.js';
import { TENSORFLOW } from '../definition/backendName.js';

/** What a user can ask for. */
export type BackendName = 'auto' | 'headwater' | 'cpu' | 'tensorflow' | 'webgpu';

/** What a user can ask for, in the order of `--help`. */
export const BACKEND_NAMES: readonly BackendName[] = ['auto', 'headwater', 'cpu', 'tensorflow', 'webgpu'];

/** A backend that is loaded and registered with tfjs. */
export interface SelectedBackend {
  /** The name that tfjs knows it by. */
  readonly name: string;
  /** Why it is this one, in words. */
  readonly reason: string;
}

/** The kernels of the embedded backend, in words; says so if the machine cannot run the fast kernels. */
const variantInWords = (): string => {
  const { simd, threads, reason } = backendVariant();
  if (simd === 'none') return `the reference kernels, for ${reason}`;
  return `WebAssembly with ${{ wide: 'relaxed SIMD in pairs', relaxed: 'relaxed SIMD', simd: `SIMD, for ${reason}` }[simd]}, ${threads} thread${threads === 1 ? '' : 's'}`;
};

/**
 * Loads a backend by name, registers this library's kernels for it, and says why it is that one.
 *
 * `auto` is the embedded default, `headwater`. `tensorflow` takes what `headwater setup tensorflow` has set up, then an
 * installed `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`. `webgpu` takes the packages `webgpu` and
 * `@tensorflow/tfjs-backend-webgpu`, and a driver; models of it are `deferredClassifier`s, since what it computes can
 * be read only later.
 *
 * @param wanted the name asked for; default `auto`
 * @param options how the embedded backend computes, as for `registerBackend`
 * @returns left with `HW_BACKEND` when it is not installed or does not load
 *
 * @example
 * ```ts
 * import { selectBackend } from 'headwater';
 * const selected = await selectBackend('auto')();
 * if (selected._tag === 'Right') console.log(selected.right.name); // headwater
 * ```
 */
export const selectBackend = (
  wanted: BackendName = 'auto',
  options: BackendOptions = {},
): TE.TaskEither<HeadwaterError, SelectedBackend> =>
  TE.tryCatch(
    async () => {
      registerBackend(options);
      switch (wanted) {
        case 'auto':
          return { name: 'headwater', reason: `the embedded default; ${variantInWords()}` };
        case 'headwater':
          return { name: 'headwater', reason: `asked for by name; ${variantInWords()}` };
        case 'cpu':
          return { name: 'cpu', reason: "asked for by name: tfjs's own, with every op a composition of stock ops" };
        case 'tensorflow': {
          // Loaded when it is asked for: it takes much of Node with it, which a browser does not have.
          const { loadTensorflow } = await import('./loadTensorflow.js');
          return { name: TENSORFLOW, reason: `asked for by name; ${loadTensorflow().what}` };
        }
        case 'webgpu':
          return { name: WEBGPU_NAME, reason: `asked for by name; ${await loadWebgpu()}` };
      }
    },
    (error) =>
      error instanceof HeadwaterError
        ? error
        : new HeadwaterError(
            'HW_BACKEND',
            `Backend ${wanted} does not load: ${firstLine(error)}. Use --backend headwater.`,
            { cause: error },
          ),
  );
