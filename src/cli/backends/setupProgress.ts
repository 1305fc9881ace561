import { finalize, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { StepEvent } from '../../provision/host/Step.js';
import { ProgressOutput } from '../../sinks/progress/ProgressOutput.js';
import { duration } from '../../sinks/progress/internal/progressLine.js';
import { RateMeter } from '../../sinks/progress/internal/RateMeter.js';
import type { Terminal } from '../process/Terminal.js';

const MEGABYTE = 1e6;

/** Shows the progress of a set-up: a line for each step, and a bar while bytes are transferred. */
export const setupProgress = <E extends StepEvent | { readonly type: 'ready' | 'vectors' }>({
  stderr,
  env,
}: Terminal): MonoTypeOperatorFunction<E> => {
  const output = new ProgressOutput({ stream: stderr, env }, () => undefined);
  let meter = new RateMeter(output.now());
  let before = 0;
  return (event$) =>
    event$.pipe(
      tap((event) => {
        const now = output.now();
        switch (event.type) {
          case 'step':
            output.print(`${event.step}: ${event.detail}`);
            meter = new RateMeter(now);
            before = 0;
            break;
          case 'progress': {
            const done = event.done / MEGABYTE;
            meter.add(done - before, now);
            before = done;
            const total = event.total === undefined ? undefined : event.total / MEGABYTE;
            if (output.isDue(now))
              output.show(
                { label: event.step, done, total, unit: 'MB', rate: meter.perSecond(now), note: undefined },
                now,
              );
            break;
          }
          case 'failed':
            output.print(
              event.message +
                (event.nextInMs === undefined ? '' : ` It is tried again in ${duration(event.nextInMs / 1000)}.`),
            );
            break;
          case 'ready':
          case 'vectors':
            break;
        }
      }),
      finalize(() => output.release()),
    );
};
