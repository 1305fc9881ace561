import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** A resource that belongs to a tensor and is released with it. */
export interface Attachment {
  /** Called once. */
  release(): void;
}

const attachments = new WeakMap<object, Attachment>();

/**
 * Attaches a resource to a tensor. With it, a kernel can pass more to the kernel of its gradient than one tensor holds.
 *
 * @param dataId the data id of the tensor, on a backend that calls {@link releaseAttachment}
 */
export const attach = (dataId: object, attachment: Attachment): void => void attachments.set(dataId, attachment);

/**
 * The attachment of a tensor.
 *
 * @throws HeadwaterError `HW_BACKEND` if it has none of that kind, because another kernel made the tensor
 */
export const attachmentOf = <Kind extends Attachment>(
  dataId: object,
  kind: abstract new (...of: never[]) => Kind,
): Kind => {
  const attachment = attachments.get(dataId);
  if (attachment instanceof kind) return attachment;
  throw new HeadwaterError(
    'HW_BACKEND',
    'The gradient of a recurrent layer was given a reserve that another kernel made. ' +
      'Register kernels before the first step, and not between a forward pass and its gradient.',
  );
};

/** Releases the attachment of a disposed tensor. */
export const releaseAttachment = (dataId: object): void => {
  const attachment = attachments.get(dataId);
  attachments.delete(dataId);
  attachment?.release();
};
