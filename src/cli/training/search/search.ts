import { availableParallelism } from 'node:os';
import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  range,
  reduce,
  tap,
  throwError,
} from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { SearchRecord, TrialRecord } from '../../../contracts/training/TrainingRecord.js';
import { jsonLine } from '../../../sinks/jsonLine.js';
import { whyNoNetwork } from '../../../training/trainModel.js';
import type { Terminal } from '../../process/Terminal.js';
import type { DataNames } from '../../tables/openTables.js';
import { modelOptions } from '../prepared/modelOptions.js';
import type { Prepared } from '../prepared/Prepared.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import { type Searched, type Setting, settingsOf, settingText } from './searchSpace.js';
import { runTrial } from './trial.js';
import { TrialLost, trialProcess } from './trialProcess.js';

/** The result of a search. */
export interface SearchDone {
  /** The changed options for the saved model. */
  readonly setting: Setting;
  readonly record: SearchRecord;
}

interface Tried {
  readonly index: number;
  readonly setting: Setting;
  readonly trial: TrialRecord;
}

/**
 * Refuses a search with `--text lesson`, in which no setting may vary.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkSearch = ({ search, text }: TrainingOptions): void => {
  if (search !== undefined && text === 'lesson')
    throw new HeadwaterError(
      'HW_USAGE',
      '--search has no meaning with --text lesson, which trains as the lesson does. Leave one of them out.',
    );
};

const searchedOf = (prepared: Prepared, options: TrainingOptions): Searched => {
  if (prepared.architecture === 'lesson') return 'lesson';
  return whyNoNetwork(prepared.split, modelOptions(prepared, options)) === undefined ? 'network' : 'linear';
};

/** Whether a trial is better than another: by F1 and, if it is equal, by the loss. A failed trial is the worst. */
const isBetter = (a: TrialRecord, b: TrialRecord): boolean =>
  a.f1 === b.f1 ? (a.loss ?? Infinity) < (b.loss ?? Infinity) : (a.f1 ?? -1) > (b.f1 ?? -1);

const failed = (setting: Setting): TrialRecord => ({
  setting: settingText(setting),
  candidate: 'failed',
  f1: null,
  accuracy: null,
  loss: null,
});

const shown = (value: number | null): string => (value === null ? '-' : value.toFixed(4));

const tableOf = ({ trials, chosen }: SearchRecord): string =>
  [
    `search: ${trials.length} settings, by F1 on the validation rows; the test rows were not used`,
    `    F1      loss    setting`,
    ...trials.map(
      ({ setting, f1, loss }, i) =>
        `${i === chosen ? '  * ' : '    '}${shown(f1).padEnd(6)}  ${shown(loss).padEnd(6)}  ${setting}`,
    ),
  ]
    .map((line) => `${line}\n`)
    .join('');

/**
 * Trains a model with each of several settings, and finds the best one on the validation rows. The given options are
 * the first setting, so the result is not worse there.
 *
 * Each trial is a separate process; there are as many at a time as cores. A process that is ended from outside, for
 * example because the memory is full, is started again when the others have ended. If this command cannot be started
 * again, or the data comes from stdin, trials run one after another in this process.
 */
export const searchSettings = (
  count: number,
  data: DataNames,
  prepared: Prepared,
  options: TrainingOptions,
  { stdout, stderr, argv }: Terminal,
): Observable<SearchDone> => {
  const settings = settingsOf(searchedOf(prepared, options), count, options);
  const apart = argv !== undefined && !data.includes('-');
  const say = (line: string): void => void stderr.write(`${line}\n`);
  let done = 0;
  const trialOf = (index: number): Observable<Tried> => {
    const setting = settings[index]!; // The index is always in the range of the settings.
    return (apart ? trialProcess(argv, setting) : runTrial(prepared, options, setting)).pipe(
      catchError((error: unknown) => {
        if (!(error instanceof HeadwaterError && error.code === 'HW_NUMERIC')) return throwError(() => error);
        say(error.message);
        return of(failed(setting));
      }),
      tap((trial) => say(`trial ${++done} of ${settings.length}: F1 ${shown(trial.f1)}; ${trial.setting}`)),
      map((trial) => ({ index, setting, trial })),
    );
  };
  const lost: number[] = [];
  return concat(
    range(0, settings.length).pipe(
      mergeMap(
        (index) =>
          trialOf(index).pipe(
            catchError((error: unknown) => {
              if (!(error instanceof TrialLost)) return throwError(() => error);
              // Else the memory that was free would decide which setting is the best.
              say(`${error.message} It is repeated when the others have ended.`);
              lost.push(index);
              return EMPTY;
            }),
          ),
        apart ? Math.max(1, availableParallelism()) : 1,
      ),
    ),
    defer(() => from(lost)).pipe(concatMap(trialOf)),
  ).pipe(
    reduce((all: readonly Tried[], one: Tried) => [...all, one], []),
    map((all): SearchDone => {
      // In the order of the settings, independent of the order in which the processes end.
      const ordered = [...all].sort((a, b) => a.index - b.index);
      const best = ordered.reduce((found, next) => (isBetter(next.trial, found.trial) ? next : found));
      return { setting: best.setting, record: { trials: ordered.map(({ trial }) => trial), chosen: best.index } };
    }),
    tap(({ record }) => {
      stdout.write(options.json === true ? `${jsonLine({ type: 'search', ...record })}\n` : tableOf(record));
    }),
  );
};
