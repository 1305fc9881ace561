import { Command } from 'commander';
import { concat, defer, type Observable, Subject, switchMap, tap, toArray } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { MOST_RUNS, serveRuns } from '../../../server/training/serveRuns.js';
import { savedRun } from '../../training/results/savedRun.js';
import { collect, port } from '../../process/argument.js';
import { errorLine } from '../../process/exitStatus.js';
import type { Choose } from '../../process/Job.js';
import { openBrowser } from '../../process/openBrowser.js';
import { opensBrowser } from '../../process/opensBrowser.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly port: number;
  readonly open: boolean;
}

const HELP = `
The page shows the losses and the scores of each training by epoch, their results on the test rows, and their
options side by side. It shows the training of one folder again after it has ended. The URL is printed on
stdout. Ctrl-C ends it.

Examples:
  $ headwater runs models/news
  $ headwater runs models/linear models/gru models/gru-vectors
`;

const showing = (directories: readonly string[], options: Options, terminal: Terminal, drain$: Subject<void>) => {
  const names = [...new Set(directories)];
  if (names.length > MOST_RUNS)
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${names.length} folders, and the page shows at most ${MOST_RUNS}. Leave some out.`,
    );
  return concat(...names.map((name) => defer(() => savedRun(name)))).pipe(
    toArray(),
    switchMap((runs) => serveRuns(runs, { port: options.port, drain$ })),
    tap((event) => {
      if (event.type === 'failed') terminal.stderr.write(`${errorLine(event.error)}\n`);
      if (event.type !== 'listening') return;
      terminal.stdout.write(`${event.url.href}\n`);
      if (options.open && opensBrowser(terminal)) openBrowser(event.url.href).catch(() => undefined);
    }),
  );
};

/** `headwater runs`. */
export const runsCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('runs')
    .description('show the curves, the options and the results of saved classifiers side by side, on a page')
    .argument('<dirs...>', `the folders of saved models, at most ${MOST_RUNS}`, collect)
    .option('--port <n>', 'the port of the page; 0 takes a free one', port, 0)
    .option('--no-open', 'do not open the page in a browser')
    .addHelpText('after', HELP)
    .action((directories: readonly string[], options: Options) => {
      const drain$ = new Subject<void>();
      const work$: Observable<unknown> = defer(() => showing(directories, options, terminal, drain$));
      choose({
        work$,
        outlivesReader: true,
        finish: () => {
          const isServing = drain$.observed;
          drain$.next();
          return isServing;
        },
      });
    });
