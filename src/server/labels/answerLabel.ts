import type { IncomingMessage, ServerResponse } from 'node:http';
import { firstValueFrom } from 'rxjs';
import type { LivePrediction } from '../../contracts/live/Live.js';
import { sendText } from '../answers/answer.js';
import { decodeItem, parseJson } from '../answers/decodeHeadlines.js';
import { readDocument } from '../answers/readDocument.js';
import type { Generations } from '../generations/Generations.js';
import { requestForm, TYPE_OF } from '../http/mediaTypes.js';
import { Refusal } from '../http/Refusal.js';
import type { ClassifyQueue } from '../queue/ClassifyQueue.js';
import { requireRoom } from '../queue/requireRoom.js';
import type { ServerLimits } from '../queue/ServerLimits.js';
import type { DropReason } from '../queue/serverMetrics.js';
import type { KeepLabel, Label } from '../generations/Label.js';

/** What the handler of labels needs. */
export interface LabelAnswers {
  readonly queue: ClassifyQueue;
  readonly limits: ServerLimits;
  readonly generations: Generations;
  readonly keep: KeepLabel | undefined;
  /** Called for each stored label. Settles when the label was scored and, if the model learns, learnt. */
  readonly labelled: (label: Label, prediction: LivePrediction) => Promise<void>;
  readonly dropped: (reason: DropReason, headlines: number) => void;
}

/** The maximum number of characters of a key. */
const LONGEST_KEY = 200;

/** The key in a label; undefined if it is no key. */
const keyIn = (label: unknown): string | undefined => {
  const { key } = label as { readonly key?: unknown };
  return typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY ? key : undefined;
};

/**
 * Accepts the right class of a headline, `{"title": "…", "category": "…"}`. The label is compared with the prediction
 * of the model in use and stored. The answer is sent when it is stored.
 *
 * @throws Refusal if the document is invalid; `no-labels` if the server stores no labels
 */
export const answerLabel = async (
  request: IncomingMessage,
  response: ServerResponse,
  { queue, limits, generations, keep, labelled, dropped }: LabelAnswers,
): Promise<void> => {
  if (keep === undefined)
    throw new Refusal('no-labels', 'The server keeps no labels. Start it with --labels and a file.');
  if (requestForm(request) !== 'json')
    throw new Refusal('media-type', 'Send one label, as application/json.', {
      headers: { accept: 'application/json' },
    });
  const text = await readDocument(request, limits);
  if (text === undefined) return;
  const value = parseJson(text);
  if (value === undefined)
    throw new Refusal('malformed', 'The body is not valid JSON. Send a label, {"title": "…", "category": "…"}.');
  const decoded = decodeItem(value, '', 0, limits);
  if ('fault' in decoded)
    throw new Refusal('invalid', `The label is no headline. ${decoded.fault.detail}`, { errors: [decoded.fault] });
  const { title, guid, category } = decoded.headline;
  const { classes } = generations.inUse.labelEncoder;
  if (category === undefined || !classes.includes(category)) {
    const detail =
      'Give the right class as category. The model knows ' +
      `${classes.slice(0, 20).join(', ')}${classes.length > 20 ? ', …' : ''}.`;
    throw new Refusal('invalid', detail, { errors: [{ pointer: '/category', detail }] });
  }
  requireRoom(queue, 1, dropped);
  // The scores and the learning are those of the model in use, so a canary does not answer.
  generations.keepTogether([decoded.headline]);
  const [prediction] = await firstValueFrom(queue.classify([decoded.headline], { asker: request.socket }));
  if (prediction === undefined) return;
  const label: Label = {
    title,
    category,
    guid,
    key: keyIn(value),
    labelled: new Date().toISOString(),
    predicted: prediction.category,
    model: prediction.modelId ?? '',
  };
  await keep(label);
  await labelled(label, prediction);
  sendText(response, 200, TYPE_OF.json, JSON.stringify(label));
};
