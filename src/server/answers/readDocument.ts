import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { sendContinue } from '../http/expectation.js';
import { Refusal } from '../http/Refusal.js';
import type { ServerLimits } from '../queue/ServerLimits.js';

/**
 * Reads a complete body, up to the size limit.
 *
 * @returns its text; undefined if the client disconnected before the end
 * @throws Refusal `too-large`, `slow`, or `malformed` if it is not UTF-8
 */
export const readDocument = (
  request: IncomingMessage,
  { bodyBytes, arrivalMs }: ServerLimits,
): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const tooLarge = (): Refusal =>
      new Refusal(
        'too-large',
        `The limit of a document is ${bodyBytes} bytes. Send fewer headlines in each request, or send JSON lines.`,
      );
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) {
      reject(tooLarge());
      return;
    }
    sendContinue(request);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (): void => {
      clearTimeout(late);
      request.off('data', take).off('end', finish).off('close', leave);
    };
    const refuse = (refusal: Refusal): void => {
      settle();
      reject(refusal);
    };
    const late = setTimeout(
      () => refuse(new Refusal('slow', `The document did not arrive within ${arrivalMs} ms.`)),
      arrivalMs,
    );
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > bodyBytes) refuse(tooLarge());
    };
    const finish = (): void => {
      settle();
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (isUtf8(body)) resolve(body.toString());
      else reject(new Refusal('malformed', 'The body is not UTF-8.'));
    };
    const leave = (): void => {
      settle();
      resolve(undefined);
    };
    request.on('data', take).on('end', finish).on('close', leave);
  });
