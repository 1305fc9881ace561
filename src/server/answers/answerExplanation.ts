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

/** What the answers to requests for explanations need. */
export interface ExplanationAnswers extends DocumentAnswers {
  readonly generations: Generations;
}

/**
 * Answers one headline with its prediction and the words that influenced it. The headline, and its variants with one
 * word removed, wait in the queue like the headlines of a document.
 *
 * If the client disconnects, its remaining variants are not classified.
 *
 * @returns resolves when the response was handed to the connection, or the client has disconnected
 * @throws Refusal if the document is refused
 * @throws any error of the model
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
      `The headline has ${variants.length - 1} words that the model reads; ` +
        `the limit is ${limits.batch - 1}. Send a shorter headline.`,
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
