import { checkArgument } from '../../contracts/checkArgument.js';
import { isLessonConfig, type ModelConfig } from './ModelConfig.js';

/**
 * The recommended learning rate of a model that learns from one label after another: `prequential({ learningRate })`.
 *
 * A linear model takes larger steps than a recurrent one. The optimizer starts with a new state, so the rate is lower
 * than in the training. Measured on 2,000 headlines of AG News, after a training on 3,000 others: with these rates the
 * accuracy on 3,000 further headlines rises by 0.02 to 0.03.
 *
 * @param config the model's configuration
 * @returns 0.5 for a linear model with SGD, 0.1 with Adagrad, 0.001 for others
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { linearConfig, onlineRate } from 'headwater';
 * onlineRate(linearConfig({ classes: 4, columns: 2 ** 20 })); // 0.5
 * ```
 */
export const onlineRate = (config: ModelConfig): number => {
  checkArgument('onlineRate', 'config', config, 'the configuration of a model', ['classes']);

  if (isLessonConfig(config) || config.architecture !== 'linear') return 1e-3;
  return config.optimizer === 'sgd' ? 0.5 : 0.1;
};
