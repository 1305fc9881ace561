import { combineLatest, map, type Observable } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { TextSteps } from '../../../text/TextSteps.js';
import { flagOf } from '../../process/flagOf.js';
import { type ArchitectureName, architectureFrom } from '../options/architecture.js';
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

const differs = (what: string, dir: string, was: string): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `${what} differs from the model of --warm-start: ${dir} has ${was}. Leave the option out.`,
  );

/** Whether an option says how texts are read. The defaults say nothing. */
const saysHowToRead = ({ stopWords, keepCase, charLevel, punctuation, maxLength, text }: TrainingOptions): boolean =>
  [stopWords, keepCase, charLevel, maxLength].some((given) => given !== undefined) || !punctuation || text === 'lesson';

/** The settings that continue those of an older model. Options that are not given are as they were. */
const continuing = (older: OlderModel, options: TrainingOptions, given: TextSteps): TrainingStart => {
  const { dir, architectures, sizes, vectors, text } = older;
  const asked = architectureFrom(options);
  const isAsked = options.architecture !== undefined || asked !== 'auto';
  if (isAsked && !architectures.includes(asked))
    throw differs(`The architecture (${asked})`, dir, architectures.join(' or '));
  for (const [name, was] of Object.entries(sizes)) {
    const now = options[name as keyof TrainingOptions];
    if (now !== undefined && now !== was) throw differs(flagOf(name), dir, String(was));
  }
  if (saysHowToRead(options) && JSON.stringify(given) !== JSON.stringify(text))
    throw differs('An option of how texts are read', dir, JSON.stringify(text));
  if (!vectors && options.vectors !== undefined && options.vectors !== 'none') throw differs('--vectors', dir, 'none');
  return {
    options: { ...options, ...sizes, text: text.preprocessor, ...(vectors ? {} : { vectors: 'none' }) },
    architecture: isAsked ? asked : architectures[0],
    text,
    older,
  };
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
