import { createWriteStream } from 'node:fs';
import {
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  share,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { FlowSnapshot } from '../../contracts/flow/FlowSnapshot.js';
import { watchFlow } from '../../operators/flow/watchFlow.js';
import { flowTable } from '../../sinks/flow/flowTable.js';
import { flowTrace } from '../../sinks/flow/flowTrace.js';
import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import { showsUnicode } from '../../sinks/terminal/showsUnicode.js';
import { wantsColors } from '../../sinks/terminal/wantsColors.js';
import { checkFile } from '../process/checkOutput.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import type { FlowOptions } from './flowOptions.js';
import { FlowScreen } from './FlowScreen.js';

/** Where a picture is not drawn over, a table comes this often, in seconds. */
const SELDOM = 10;

/** A command whose flow is shown. */
export interface FlowShown {
  /** What the command writes to, so that its lines and the picture of the flow do not mix. */
  readonly terminal: Terminal;
  /**
   * Runs a job, with its flow shown beside it. Subscribe once.
   *
   * @param tell told each snapshot, for others who show it
   */
  readonly beside: <T>(job$: Observable<T>, tell?: (snapshot: FlowSnapshot) => void) => Observable<T>;
}

/** The snapshots as a trace file; a file that cannot be written ends it, and not the job. */
const written = (flow$: Observable<FlowSnapshot>, file: string, { stderr }: Terminal): Observable<never> =>
  defer(() => {
    const failed$ = new Subject<void>();
    const stream = createWriteStream(file);
    stream.on('error', (error) => {
      stderr.write(`${file} could not be written: ${error.message}. The work goes on without it. [HW_WRITE]\n`);
      failed$.next();
    });
    return flow$.pipe(
      flowTrace(),
      takeUntil(failed$),
      tap((text) => stream.write(text)),
      finalize(() => stream.end()),
      ignoreElements(),
    );
  });

/** What `--flow` and `--flow-trace` ask for; without them the job runs alone. */
export const flowShown = ({ flow = false, flowTrace: file }: FlowOptions, terminal: Terminal): FlowShown => {
  const { stdin, stdout, stderr, env } = terminal;
  const screen = flow && isInteractive(stderr, env) ? new FlowScreen(stderr) : undefined;
  const style = { colors: wantsColors(stderr, env), unicode: showsUnicode(env) };
  const shown = (flow$: Observable<FlowSnapshot>): Observable<never> =>
    defer(() => {
      let seen = 0;
      return flow$.pipe(
        tap((snapshot) => {
          if (snapshot.stages.length === 0) return;
          if (screen !== undefined) screen.show(flowTable(snapshot, style));
          else if (seen++ % SELDOM === 0) stderr.write(`${flowTable(snapshot, style)}\n`);
        }),
        finalize(() => screen?.leave()),
        ignoreElements(),
      );
    });
  return {
    terminal:
      screen === undefined
        ? terminal
        : {
            stdin,
            stdout,
            stderr: screen.stream,
            env,
            ...(terminal.argv === undefined ? {} : { argv: terminal.argv }),
            on: (signal, listener) => terminal.on(signal, listener),
            off: (signal, listener) => terminal.off(signal, listener),
          },
    beside: (job$, tell) => {
      if (!flow && file === undefined && tell === undefined) return job$;
      const checked$ = file === undefined ? EMPTY : fromTask(checkFile(file)).pipe(ignoreElements());
      const both$ = defer(() => {
        const ended$ = new Subject<void>();
        const flow$ = watchFlow().pipe(takeUntil(ended$), share());
        // The watch comes first: it knows of what is subscribed to after it.
        return merge(
          tell === undefined ? EMPTY : flow$.pipe(tap(tell), ignoreElements()),
          flow ? shown(flow$) : EMPTY,
          file === undefined ? EMPTY : written(flow$, file, terminal),
          job$.pipe(finalize(() => ended$.next())),
        );
      });
      return concat(checked$, both$);
    },
  };
};
