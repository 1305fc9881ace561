import { describe, it } from 'vitest';
import { HeadwaterError } from '../src/contracts/HeadwaterError.js';
import { loadTensorflow } from '../src/ops/backends/loadTensorflow.js';

/** Whether libtensorflow is set up here; why not, where it is not. */
const missing = ((): string | undefined => {
  try {
    loadTensorflow();
    return undefined;
  } catch (error) {
    if (error instanceof HeadwaterError && process.env['HEADWATER_REQUIRE_TENSORFLOW'] === undefined)
      return error.message;
    throw error;
  }
})();

/** The backend `tensorflow` in a list of backends to test on: loaded where it is set up, and elsewhere not in it. */
export const tensorflow: readonly string[] = missing === undefined ? ['tensorflow'] : [];

// The file that imports this gets a test more then, whose name says what was not tested.
if (missing !== undefined) it.skip(`on tensorflow [skipped: ${missing}]`);

/** `describe` where libtensorflow is set up, elsewhere a skipped suite. */
export const describeWithTensorflow = (name: string, body: () => void): void => {
  if (missing === undefined) describe(name, body);
  else describe.skip(name, body);
};
