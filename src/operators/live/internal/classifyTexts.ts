import { asyncScheduler, concatMap, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { checkOptions } from '../../../contracts/checkOption.js';
import type { LiveHeadline, LivePrediction } from '../../../contracts/live/Live.js';
import type { Trainable } from '../../../contracts/models/Trainable.js';
import { stepsOf, textPath } from '../../../text/textPath.js';
import { mostProbable } from '../../training/internal/mostProbable.js';
import { padRows } from '../../batches/padRows.js';
import { encodeRow, knownTokens } from '../../rows/internal/encodedText.js';
import type { ClassifyLiveOptions } from '../ClassifyLiveOptions.js';

/**
 * Classifies each batch of texts as `classifyLive` does, but accepts blank ones too: a headline whose only word was
 * removed is read as the unknown token.
 *
 * Errors: those of `classifyLive`, except the one for a blank title.
 *
 * @param call the operator, as its user writes it
 */
export const classifyTexts = (
  call: string,
  options: ClassifyLiveOptions,
): OperatorFunction<readonly LiveHeadline[], LivePrediction> => {
  checkOptions(call, options, '{ model, tokenizer, labelEncoder }');
  const { model, tokenizer, labelEncoder, text, stopWords, scheduler = asyncScheduler } = options;
  const { textOf } = textPath(stepsOf({ text, stopWords }));

  const modelInUse = (): Trainable => {
    const present = typeof model === 'function' ? model() : model;
    if (present.classes !== labelEncoder.size) {
      throw new HeadwaterError(
        'HW_USAGE',
        `${call}: model ${present.name} has ${present.classes} classes, but the label encoder ` +
          `${labelEncoder.size}. Take the tokenizer and the label encoder that the model was trained with.`,
      );
    }
    return present;
  };

  // concatMap and not mergeMap: if a consumer pushes a further batch from within `next`, its headlines must come
  // after these.
  return concatMap((headlines) => {
    if (headlines.length === 0) return [];
    const present = modelInUse();
    const rows = headlines.map(({ id, title }) => ({ ...encodeRow(tokenizer, textOf(title)), id }));
    const batch = padRows(rows, tokenizer.padIndex);
    const probabilities = present.predictBatch(batch);
    const predicted = mostProbable(present, batch, probabilities);
    const answered = scheduler.now();

    return headlines.map((headline, row): LivePrediction => {
      const distribution = labelEncoder.classes
        .map((category, c) => ({ category, probability: probabilities[row * present.classes + c]! }))
        .sort((a, b) => b.probability - a.probability);
      return {
        type: 'live-prediction',
        headline,
        category: labelEncoder.nameOf(predicted[row]!),
        distribution,
        known: knownTokens(rows[row]!, tokenizer.unknownIndex),
        latencyMs: answered - headline.seen,
      };
    });
  });
};
