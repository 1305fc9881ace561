import { ignoreElements, type Observable, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { jsonLine } from '../../../sinks/jsonLine.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { Terminal } from '../../process/Terminal.js';
import type { Prepared } from '../prepared/Prepared.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import type { Setting } from './searchSpace.js';
import { runTrial } from './trial.js';

const isSetting = (value: unknown): value is Setting => typeof value === 'object' && value !== null;

/** Runs one trial of a search and writes its result as a line of JSON. */
export const tellTrial = (
  prepared: Prepared,
  options: TrainingOptions,
  trial: string,
  { stdout }: Terminal,
): Observable<never> => {
  const setting: unknown = JSON.parse(trial);
  if (!isSetting(setting))
    throw new HeadwaterError('HW_USAGE', `--trial is for the command itself, and was given ${excerpt(trial)}.`);
  return runTrial(prepared, options, setting).pipe(
    tap((record) => void stdout.write(`${jsonLine(record)}\n`)),
    ignoreElements(),
  );
};
