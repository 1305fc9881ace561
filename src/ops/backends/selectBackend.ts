import * as TE from 'fp-ts/lib/TaskEither.js';
import { checkOptions } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { firstLine } from '../internal/firstLine.js';
import { loadWebgpu, WEBGPU_NAME } from './loadWebgpu.js';
import { backendVariant, registerBackend, type BackendOptions } from './registerBackend.js';
import { TENSORFLOW } from '../definition/backendName.js';

/** The name of a backend that a user can select. */
export type BackendName = 'auto' | 'headwater' | 'cpu' | 'tensorflow' | 'webgpu';

/** All backend names, in the order of `--help`. */
export const BACKEND_NAMES: readonly BackendName[] = ['auto', 'headwater', 'cpu', 'tensorflow', 'webgpu'];

/** A backend that is loaded and registered with tfjs. */
export interface SelectedBackend {
  /** The name of the backend in tfjs. */
  readonly name: string;
  /** The reason for this backend, as text. */
  readonly reason: string;
}

/** A description of the embedded backend's kernels, with the reason if the machine cannot run the fast kernels. */
const variantInWords = (): string => {
  const { simd, threads, reason } = backendVariant();
  if (simd === 'none') return `the reference kernels, for ${reason}`;
  return (
    'WebAssembly with ' +
    `${{ wide: 'relaxed SIMD in pairs', relaxed: 'relaxed SIMD', simd: `SIMD, for ${reason}` }[simd]}, ` +
    `${threads} thread${threads === 1 ? '' : 's'}`
  );
};

/**
 * Loads a backend by name, registers this library's kernels for it, and returns its name and the reason for it.
 *
 * `auto` is the embedded default, `headwater`. `tensorflow` first tries the set-ups of `headwater setup tensorflow`,
 * then an installed `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`. `webgpu` needs the packages `webgpu` and
 * `@tensorflow/tfjs-backend-webgpu`, and a driver. Its models are `deferredClassifier`s, since its results can only be
 * read asynchronously.
 *
 * @param wanted the name of the backend; default `auto`
 * @param options options of the embedded backend, as for `registerBackend`
 * @returns left with `HW_BACKEND` when the backend is not installed or does not load
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
): TE.TaskEither<HeadwaterError, SelectedBackend> => {
  checkOptions('selectBackend', options, 'wanted, { threads: 2 }');
  return TE.tryCatch(
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
          // Imported on demand, since it needs many Node modules, which a browser does not have.
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
};
