import { spawn } from 'node:child_process';
import { Observable } from 'rxjs';
import { type ErrorCode, HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { TrialRecord } from '../../../contracts/training/TrainingRecord.js';
import { readTrial } from '../../../models/artifacts/internal/trainingJson.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { Setting } from './searchSpace.js';

/** Options that are removed for a trial: with a value, and without. */
const WITH_VALUE = new Set([
  '--search',
  '--cross-validate',
  '--tensorboard',
  '--events',
  '--rejections',
  '--ui-port',
  '--flow-trace',
]);
const ALONE = new Set(['--refit', '--resume', '--json', '--ui', '--no-open', '--flow']);

/** The words of a command without the options that are removed for a trial. */
const ofTrial = (words: readonly string[]): readonly string[] =>
  words.filter(
    (word, i) => !ALONE.has(word) && !WITH_VALUE.has(word.split('=')[0] ?? '') && !WITH_VALUE.has(words[i - 1] ?? ''),
  );

const withSetting = (setting: Setting): string => `Train with its setting alone: ${JSON.stringify(setting)}.`;

/** The error of a trial that has reported one. Only with `HW_NUMERIC` is its setting a bad one. */
const failure = (setting: Setting, stderr: string): HeadwaterError => {
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  const [, code = 'HW_BACKEND'] = /\[(HW_[A-Z_]+)\]$/.exec(reason) ?? [];
  return new HeadwaterError(
    // The trial is this command, so its codes are those of this version.
    code as ErrorCode,
    `A trial of --search has failed: ${excerpt(reason)} ${withSetting(setting)}`,
  );
};

/** The error of a trial whose process was ended from outside, which says nothing about its setting. */
export class TrialLost extends HeadwaterError {
  constructor(setting: Setting, signal: NodeJS.Signals) {
    super(
      'HW_BACKEND',
      `A trial of --search was ended by ${signal}, as it happens when the memory is full. ${withSetting(setting)}`,
    );
  }
}

/**
 * Runs a trial in a separate process: the same command, which trains with the setting and prints the result.
 * Unsubscribing ends it.
 *
 * Errors: `TrialLost` if the process was ended from outside, otherwise a `HeadwaterError` with the code of the trial.
 *
 * @param argv the original command line: the Node executable, its script, and the arguments
 */
export const trialProcess = (argv: readonly string[], setting: Setting): Observable<TrialRecord> =>
  new Observable((subscriber) => {
    const [node = process.execPath, ...words] = argv;
    const args = [...process.execArgv, ...ofTrial(words), '--trial', JSON.stringify(setting)];
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    // Only the end of stderr is kept; it contains the reason of a failure.
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error = (error + text).slice(-4000)));
    child.on('error', (cause) => subscriber.error(cause));
    child.on('close', (status, signal) => {
      const record = status === 0 ? readTrial(out.trim()) : undefined;
      if (record === undefined)
        subscriber.error(signal === null ? failure(setting, error) : new TrialLost(setting, signal));
      else {
        subscriber.next(record);
        subscriber.complete();
      }
    });
    return () => child.kill();
  });
