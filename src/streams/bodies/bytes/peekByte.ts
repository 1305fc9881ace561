import type { Readable } from 'node:stream';

/**
 * Reads the first byte of an unread stream. The byte stays in the stream.
 *
 * @returns undefined for an empty stream; the promise is rejected if the stream fails before its first byte
 */
export const peekByte = (stream: Readable): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    if (stream.readableEnded) {
      resolve(undefined);
      return;
    }
    const settle = (act: () => void): void => {
      stream.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onClose);
      act();
    };
    const onReadable = (): void => {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null || chunk.length === 0) return;
      settle(() => {
        stream.unshift(chunk);
        resolve(chunk[0]);
      });
    };
    const onEnd = (): void => settle(() => resolve(undefined));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the stream was closed before its first byte')));
    stream.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onClose);
  });
