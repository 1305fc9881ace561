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
import { messageOf } from '../../contracts/messageOf.js';
import { watchFlow } from '../../operators/flow/watchFlow.js';
import { flowTable } from '../../sinks/flow/flowTable.js';
import { flowTrace, TRACE_END } from '../../sinks/flow/flowTrace.js';
import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import { showsUnicode } from '../../sinks/terminal/showsUnicode.js';
import { wantsColors } from '../../sinks/terminal/wantsColors.js';
import { checkFile } from '../outputs/checkOutput.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import type { FlowOptions } from './flowOptions.js';
import { FlowScreen } from './FlowScreen.js';

/** The interval between two tables, if the picture cannot be redrawn. Seconds. */
const SELDOM = 10;

/** A command with its flow display. */
export interface FlowShown {
  /** The terminal for the command's output. It keeps its lines separate from the picture of the flow. */
  readonly terminal: Terminal;
  /**
   * Runs a job and shows its flow. Subscribe once.
   *
   * @param tell called with each snapshot, for other displays
   */
  readonly beside: <T>(job$: Observable<T>, tell?: (snapshot: FlowSnapshot) => void) => Observable<T>;
}

/** Writes the snapshots to a trace file. A write error ends the trace, but not the job. */
const written = (flow$: Observable<FlowSnapshot>, file: string, { stderr }: Terminal): Observable<never> =>
  defer(() => {
    const failed$ = new Subject<void>();
    let ended = false;
    const stream = createWriteStream(file);
    stream.on('error', (error) => {
      stderr.write(`${file} could not be written: ${messageOf(error)}. The work continues without it. [HW_WRITE]\n`);
      failed$.next();
    });
    return flow$.pipe(
      flowTrace(),
      takeUntil(failed$),
      tap({
        next: (text) => void stream.write(text),
        complete: () => {
          ended = true;
        },
      }),
      // A job that is interrupted ends the list too.
      finalize(() => stream.end(ended ? '' : TRACE_END)),
      ignoreElements(),
    );
  });

/** Shows the flow for `--flow` and `--flow-trace`; without them, only the job runs. */
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
        // The watch comes first, because it sees only subscriptions that start after it.
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
