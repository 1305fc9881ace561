import type { StepPacer } from './StepPacer.js';
import type { TrainingUpdate } from './TrainingUpdate.js';
import type { TrainingFact } from './trainingView.js';

/**
 * The facts of an update for the page.
 *
 * @param pacer selects the reported steps; its state changes
 * @param now in milliseconds
 */
export const trainingFacts = (update: TrainingUpdate, pacer: StepPacer, now: number): readonly TrainingFact[] => {
  switch (update.type) {
    case 'prepared':
    case 'rejection':
    case 'flow':
      return [update];
    case 'report':
      return [{ type: 'report', report: update.report }];
    case 'validation-step':
    case 'checkpoint':
      return [];
    case 'step': {
      const news = pacer.pace(update, now);
      return news === undefined ? [] : [{ type: 'training', news }];
    }
    case 'epoch-started':
      pacer.restart(now);
      return [{ type: 'training', news: update }];
    case 'training-resumed': {
      const { model, epochs, rows } = update;
      return [{ type: 'training', news: { type: 'training-started', model, epochs, rows } }];
    }
    case 'training-started':
      return [{ type: 'training', news: update }];
    case 'epoch': {
      const {
        type,
        model,
        epoch,
        trainLoss,
        validationLoss,
        validationAccuracy,
        validationMacroF1,
        learningRate,
        improved,
      } = update;
      return [
        {
          type: 'training',
          news: {
            type,
            model,
            epoch,
            trainLoss,
            validationLoss,
            validationAccuracy,
            validationMacroF1,
            learningRate,
            improved,
          },
        },
        { type: 'metrics', metrics: { epoch, accuracy: validationAccuracy, macroF1: validationMacroF1 } },
      ];
    }
    case 'training-ended': {
      const { type, model, reason, bestEpoch, bestLoss } = update;
      return [{ type: 'training', news: { type, model, reason, bestEpoch, bestLoss } }];
    }
  }
};
