import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromEvent, takeUntil } from 'rxjs';
import { valve } from '../../streams/valve.js';
import { sendText } from './answer.js';
import type { ClassifyQueue } from '../queue/ClassifyQueue.js';
import { decodeDocument } from './decodeHeadlines.js';
import { ListWriter } from './ListWriter.js';
import { type BodyForm, TYPE_OF } from '../http/mediaTypes.js';
import { answerJson } from './predictionJson.js';
import { readDocument } from './readDocument.js';
import { requireRoom } from '../queue/requireRoom.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import type { DropReason } from '../queue/serverMetrics.js';

/** What documents are answered with. */
export interface DocumentAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  /** Told of headlines that are not classified. */
  readonly dropped: (reason: DropReason, headlines: number) => void;
}

/**
 * Answers a JSON document: an object by an object, an array by an array or by lines, which begin when the first
 * headlines are classified.
 *
 * A client that leaves is no longer waited for: its headlines are not classified.
 *
 * @returns settled when the answer is on its way, or the client has left
 * @throws Refusal whatever the document is refused for
 * @throws whatever the model throws
 */
export const answerDocument = async (
  request: IncomingMessage,
  response: ServerResponse,
  form: BodyForm,
  { queue, limits, dropped }: DocumentAnswers,
): Promise<void> => {
  const text = await readDocument(request, limits);
  if (text === undefined) return;
  const { headlines, many } = decodeDocument(text, limits);
  requireRoom(queue, headlines.length, dropped);
  const predictions$ = queue
    .classify(headlines, { asker: request.socket })
    .pipe(takeUntil(fromEvent(response, 'close')));
  await new Promise<void>((resolve, reject) => {
    if (!many && form === 'json') {
      predictions$.subscribe({
        next: ([prediction]) =>
          prediction !== undefined && sendText(response, 200, TYPE_OF.json, answerJson(prediction)),
        error: reject,
        complete: resolve,
      });
      return;
    }
    // Begun with the first answer: until then a failure has a status of its own.
    let list: ListWriter | undefined;
    const begun = (): ListWriter => (list ??= new ListWriter(response, form, valve()));
    predictions$.subscribe({
      next: (predictions) => begun().add(predictions.map(answerJson)),
      error: reject,
      complete: () => {
        if (!response.destroyed) begun().end();
        resolve();
      },
    });
  });
};
