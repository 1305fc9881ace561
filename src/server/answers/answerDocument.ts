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

/** What the answers to documents need. */
export interface DocumentAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  /** Called for headlines that are not classified. */
  readonly dropped: (reason: DropReason, headlines: number) => void;
}

/**
 * Answers a JSON document. The answer to an object is an object. The answer to an array is an array or JSON lines; it
 * starts when the first headlines are classified.
 *
 * If the client disconnects, its remaining headlines are not classified.
 *
 * @returns resolves when the response was handed to the connection, or the client has disconnected
 * @throws Refusal if the document is refused
 * @throws any error of the model
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
    // Created with the first answer. Until then, an error can still be sent with its own status.
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
