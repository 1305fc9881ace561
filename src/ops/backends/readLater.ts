import { keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { catchError, from, type Observable, throwError } from 'rxjs';
import { asWebgpuFailure } from './loadWebgpu.js';

/**
 * Has a tensor's values read back from the device that it is on, and disposes of it.
 *
 * The read joins the device's queue at once, behind what makes the values; nothing waits for it. It starts even
 * without a subscriber.
 *
 * Errors: `HW_BACKEND` where the device does not answer, or has been lost.
 *
 * @param tensor whose values; it is the reader's from now on
 */
export const readLater = (tensor: Tensor): Observable<Float32Array> => {
  keep(tensor);
  // Not before the values are here: the backend looks for the tensor once more when they are.
  const values = tensor.data<'float32'>().finally(() => tensor.dispose());
  // Without a subscriber there is no one to report to, and an unhandled rejection would end the process.
  values.catch(() => undefined);
  return from(values).pipe(catchError((error: unknown) => throwError(() => asWebgpuFailure(error))));
};
