import { keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { catchError, from, type Observable, throwError } from 'rxjs';
import { asWebgpuFailure } from './loadWebgpu.js';

/**
 * Reads the values of a tensor back from its device asynchronously, and then disposes of the tensor.
 *
 * The read enters the queue of the device at once, after the commands that compute the values. The caller does not
 * wait. The read starts even without a subscriber.
 *
 * Errors: `HW_BACKEND` when the device does not answer or was lost.
 *
 * @param tensor the tensor to read; this function disposes of it
 */
export const readLater = (tensor: Tensor): Observable<Float32Array> => {
  keep(tensor);
  // Dispose only after the values have arrived: the backend looks the tensor up again at that time.
  const values = tensor.data<'float32'>().finally(() => tensor.dispose());
  // Without a subscriber the error cannot be reported, and an unhandled rejection would end the process.
  values.catch(() => undefined);
  return from(values).pipe(catchError((error: unknown) => throwError(() => asWebgpuFailure(error))));
};
