import type { IncomingMessage, ServerResponse } from 'node:http';
import { fromEvent, takeUntil, toArray } from 'rxjs';
import type { Generations } from '../generations/Generations.js';
import { sendText } from './answer.js';
import type { DocumentAnswers } from './answerDocument.js';
import { decodeDocument } from './decodeHeadlines.js';
import { TYPE_OF } from '../http/mediaTypes.js';
import { explanationJson } from './predictionJson.js';
import { readDocument } from './readDocument.js';
import { Refusal } from '../http/Refusal.js';
import { requireRoom } from '../queue/requireRoom.js';

/** What explanations are made with. */
export interface ExplanationAnswers extends DocumentAnswers {
  readonly generations: Generations;
}

/**
 * Answers one headline by its prediction and the words that moved it. The headline and what is left of it without each
 * word wait in the queue like the headlines of a document.
 *
 * A client that leaves is no longer waited for.
 *
 * @returns settled when the answer is on its way, or the client has left
 * @throws Refusal whatever the document is refused for
 * @throws whatever the model throws
 */
export const answerExplanation = async (
  request: IncomingMessage,
  response: ServerResponse,
  { queue, limits, dropped, generations }: ExplanationAnswers,
): Promise<void> => {
  const text = await readDocument(request, limits);
  if (text === undefined) return;
  const { headlines, many } = decodeDocument(text, limits);
  const [headline] = headlines;
  if (many || headline === undefined)
    throw new Refusal(
      'invalid',
      'Only one headline can be explained at a time. Send one headline, {"title": "…"}, instead of an array.',
    );
  const { variants, explain } = generations.inUse.occlude(headline);
  generations.keepTogether(variants);
  if (variants.length > limits.batch)
    throw new Refusal(
      'too-many',
      `The headline has ${variants.length - 1} words that the model reads; the limit is ${limits.batch - 1}. Send a shorter headline.`,
    );
  requireRoom(queue, variants.length, dropped);
  await new Promise<void>((resolve, reject) => {
    queue
      .classify(variants, { asker: request.socket })
      .pipe(takeUntil(fromEvent(response, 'close')), toArray())
      .subscribe({
        next: (parts) => {
          const predictions = parts.flat();
          if (predictions.length === variants.length)
            sendText(response, 200, TYPE_OF.json, explanationJson(explain(predictions)));
        },
        error: reject,
        complete: resolve,
      });
  });
};
