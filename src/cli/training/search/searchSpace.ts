import { random } from '../../../contracts/random.js';
import type { TrainingOptions } from '../options/trainingOptions.js';

/** The options that a trial changes. */
export type Setting = Pick<
  TrainingOptions,
  | 'lr'
  | 'epochs'
  | 'batchSize'
  | 'hiddenDim'
  | 'embeddingDim'
  | 'dropout'
  | 'wordWeight'
  | 'optimizer'
  | 'inverseRegularization'
>;

/** The values of each option that are tried. */
type Space = { readonly [Name in keyof Setting]?: readonly NonNullable<Setting[Name]>[] };

/** The searched model: a linear model, a recurrent model beside it, or a lesson classifier. */
export type Searched = 'linear' | 'network' | 'lesson';

const SPACES: Readonly<Record<Searched, Space>> = {
  linear: {
    wordWeight: [0.25, 0.5, 1, 2],
    optimizer: ['sgd', 'adagrad'],
    inverseRegularization: [3, 10, 30, 100, 300],
    epochs: [5, 10, 20],
  },
  network: {
    lr: [1e-3, 2e-3, 3e-3, 5e-3],
    hiddenDim: [32, 64, 128, 192],
    dropout: [0.2, 0.3, 0.4, 0.5],
    epochs: [3, 4, 6, 8],
    batchSize: [32, 64, 128],
  },
  lesson: {
    lr: [1e-3, 3e-3, 1e-2],
    hiddenDim: [64, 128, 192],
    embeddingDim: [50, 100, 200],
    dropout: [0, 0.1, 0.3, 0.5],
    epochs: [3, 5, 8],
  },
};

/** The maximum number of draws in a row that repeat an earlier setting. */
const MOST_DRAWS = 50;

/**
 * The settings of a search: first the given options, then random settings without repetition. Options that the user
 * gave are not varied. There are fewer than `count` if the space has no more.
 */
export const settingsOf = (searched: Searched, count: number, options: TrainingOptions): readonly Setting[] => {
  const dice = random(options.seed, 'search');
  const space = Object.entries(SPACES[searched]).filter(([name]) => options[name as keyof Setting] === undefined);
  const settings = new Map<string, Setting>([['{}', {}]]);
  for (let draws = 0; settings.size < count && draws < MOST_DRAWS * count; draws++) {
    const setting: Setting = Object.fromEntries(
      space.map(([name, values]) => [name, values[dice.below(values.length)]]),
    );
    settings.set(JSON.stringify(setting), setting);
  }
  return [...settings.values()];
};

/** A setting as the text of a table cell. */
export const settingText = (setting: Setting): string => {
  const parts = Object.entries(setting).map(
    ([name, value]) => `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${String(value)}`,
  );
  return parts.length === 0 ? 'as without a search' : parts.join(', ');
};
