import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** What a tensor has beside its values: given back together with it. */
export interface Companion {
  /** Called once. */
  release(): void;
}

const companions = new WeakMap<object, Companion>();

/**
 * Gives a tensor a companion: how a kernel hands more to the kernel of its gradient than one tensor can hold.
 *
 * @param dataId the tensor's, on a backend that calls {@link releaseCompanion}
 */
export const attachCompanion = (dataId: object, companion: Companion): void => void companions.set(dataId, companion);

/**
 * The companion of a tensor.
 *
 * @throws HeadwaterError `HW_BACKEND` where it has none of that kind: it was made by another kernel
 */
export const companionOf = <Kind extends Companion>(
  dataId: object,
  kind: abstract new (...of: never[]) => Kind,
): Kind => {
  const companion = companions.get(dataId);
  if (companion instanceof kind) return companion;
  throw new HeadwaterError(
    'HW_BACKEND',
    'The gradient of a recurrent layer was given a reserve that another kernel made. Register kernels before the first step, and not between a forward pass and its gradient.',
  );
};

/** Gives back what belonged to a tensor that is no more. */
export const releaseCompanion = (dataId: object): void => {
  const companion = companions.get(dataId);
  companions.delete(dataId);
  companion?.release();
};
