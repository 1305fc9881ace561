import { combineLatest, map, type Observable } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { TextSteps } from '../../../text/TextSteps.js';
import { flagOf } from '../../process/flagOf.js';
import { architectureFrom } from '../options/architecture.js';
import type { ArchitectureName } from '../options/ArchitectureName.js';
import { textStepsOf } from '../options/textOptions.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import { type OlderModel, olderModel } from './olderModel.js';

/** The settings of a training, and the model that it starts from. */
export interface TrainingStart {
  readonly options: TrainingOptions;
  readonly architecture: ArchitectureName;
  readonly text: TextSteps;
  readonly older: OlderModel | undefined;
}

const differs = (option: string, dir: string, was: string): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `${option} differs from the model of --warm-start: ${dir} has ${was}. Leave the option out.`,
  );

/** The options of how texts are read, without those that have a default. */
const READING = ['stopWords', 'keepCase', 'charLevel', 'maxLength'] as const;

/**
 * Refuses an option of how texts are read that differs from an older model. A default is no option that was given.
 *
 * @param given the text steps of the options
 * @throws HeadwaterError `HW_USAGE`
 */
const checkReading = ({ dir, text }: OlderModel, options: TrainingOptions, given: TextSteps): void => {
  if (options.text === 'lesson' && text.preprocessor !== 'lesson') throw differs('--text', dir, text.preprocessor);
  if (!options.punctuation && text.punctuation) throw differs('--no-punctuation', dir, 'punctuation marks as tokens');
  for (const name of READING)
    if (options[name] !== undefined && JSON.stringify(given[name]) !== JSON.stringify(text[name]))
      throw differs(flagOf(name), dir, excerpt(JSON.stringify(text[name])));
};

/** The settings that continue those of an older model. Options that are not given are as they were. */
const continuing = (older: OlderModel, options: TrainingOptions, given: TextSteps): TrainingStart => {
  const { dir, architectures, sizes, text } = older;
  const { architecture = architectures[0] } = options;
  if (!architectures.includes(architecture)) throw differs('--architecture', dir, architectures[0]);
  // Refuses the options that this architecture does not have.
  architectureFrom({ ...options, architecture });
  for (const [name, was] of Object.entries(sizes)) {
    const now = options[name as keyof TrainingOptions];
    if (now !== undefined && now !== was) throw differs(flagOf(name), dir, String(was));
  }
  checkReading(older, options, given);
  if (options.vectors !== undefined && (older.vectors !== undefined || options.vectors !== 'none'))
    throw differs('--vectors', dir, older.vectors === undefined ? 'none' : 'its own');
  return { options: { ...options, ...sizes, text: text.preprocessor }, architecture, text, older };
};

/**
 * The settings of a training: those of the options, and with `--warm-start` those of the older model.
 *
 * Errors: `HW_USAGE` if options exclude each other or differ from the older model; those of `textStepsOf` and
 * `olderModel`.
 */
export const trainingStart = (options: TrainingOptions): Observable<TrainingStart> =>
  combineLatest([olderModel(options), textStepsOf(options)]).pipe(
    map(([older, text]) =>
      older === undefined
        ? { options, architecture: architectureFrom(options), text, older }
        : continuing(older, options, text),
    ),
  );
