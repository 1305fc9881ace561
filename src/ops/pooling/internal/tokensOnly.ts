import { broadcastTo, type Tensor, tensor, where, zerosLike } from '@tensorflow/tfjs-core';

/** Whether each place of a batch is a token and not padding, bool [B, T, 1]. */
export const isToken = (lengths: Int32Array, time: number): Tensor => {
  const values = new Uint8Array(lengths.length * time);
  lengths.forEach((length, row) => values.fill(1, row * time, row * time + length));
  return tensor(values, [lengths.length, time, 1], 'bool');
};

/**
 * The values of a batch, [B, T, D], with zeros past the length of each row: there, a value that is not finite would
 * reach a sum, even with a share of 0.
 */
export const tokensOnly = (x: Tensor, lengths: Int32Array): Tensor =>
  where(broadcastTo(isToken(lengths, x.shape[1]!), x.shape), x, zerosLike(x));
