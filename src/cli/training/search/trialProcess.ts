import { spawn } from 'node:child_process';
import { Observable } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
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

/**
 * Runs a trial in a separate process: the same command, which trains with the setting and prints the result.
 * Unsubscribing ends it.
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
    child.on('close', (status) => {
      const record = status === 0 ? readTrial(out.trim()) : undefined;
      if (record === undefined)
        subscriber.error(
          new HeadwaterError(
            'HW_NUMERIC',
            `A trial of --search has failed: ${excerpt(error.trim().split('\n').at(-1) ?? '')} ` +
              `Train with its setting alone: ${JSON.stringify(setting)}.`,
          ),
        );
      else {
        subscriber.next(record);
        subscriber.complete();
      }
    });
    return () => child.kill();
  });
