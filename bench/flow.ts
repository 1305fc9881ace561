/**
 * What it costs to watch a pipeline: the processor time of the same job with and without `watchFlow`, in turn.
 *
 *     npm run bench:flow -- [--pairs 15] [--only JOB]
 *
 * `read` reads a table as `prepare` and `batches` do. `train` is one epoch of the lesson's GRU, which reads too. `live`
 * classifies headlines in micro-batches. `serve` answers requests of one headline over HTTP; its clients run in the
 * same process. `micro` is a pipeline of three stages that work for about 1 µs each on a value. `bare` is one whose
 * stages work for about 0.3 µs each, the worst case. `tap` compares `bare` with a `tap` in the place of each `trace`:
 * the cost of any operator. `unwatched` compares the stages of `bare`, not watched, with the same pipeline without
 * `trace`. Each run of these takes about a second, because the watch reads the clock most often in its first
 * milliseconds, and real watches run for longer.
 *
 * Before these, pipelines with other operators between the same stages run. If a process runs one pipeline only, V8
 * compiles all its operators into one function. Any operator that is added may then end this, whatever it does. Real
 * processes run several pipelines.
 *
 * A figure is the median of the ratios of the pairs. Each pair is measured one right after the other, so that a load of
 * the machine meets both.
 */
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import {
  batches,
  batchSource,
  classifyLive,
  decode,
  dedupe,
  fetchCsv,
  fit,
  headlineRow,
  liveHeadline,
  microBatch,
  prepare,
  raiseEngineFlags,
  registerBackend,
  serveModel,
  trace,
  valve,
  watchFlow,
} from 'headwater';
import {
  count,
  filter,
  from,
  identity,
  lastValueFrom,
  map,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  range,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { median } from './Figure.js';
import { processorTime } from './processorTime.js';
import { newsCsv } from './sources.js';
import { untrainedModel } from './untrainedModel.js';

const { values: options } = parseArgs({
  options: { pairs: { type: 'string', default: '15' }, only: { type: 'string' } },
});

raiseEngineFlags();
registerBackend({ threads: 1 });
const { rows, tokenizer, labelEncoder, model } = await untrainedModel('flow');
const row$ = fetchCsv(newsCsv(), { columns: ['title', 'category'] }).pipe(decode(headlineRow));
const split = await lastValueFrom(prepare(row$));
const headlines = rows.slice(0, 4000).map(({ title }, id) => liveHeadline({ id, title, source: 'bench', seen: 0 }));

const read = (): Promise<unknown> =>
  lastValueFrom(prepare(row$).pipe(switchMap((fresh) => batches(fresh, { side: 'train' }).pipe(count()))));

const train = (): Promise<unknown> =>
  lastValueFrom(of(batchSource(split, { valve: valve() })).pipe(fit(model, { epochs: 1, learningRate: 1e-3 })));

const live = (): Promise<unknown> =>
  lastValueFrom(
    from(headlines).pipe(
      trace('feeds'),
      dedupe(),
      trace('dedupe'),
      microBatch({ maxSize: 64, maxWaitMs: 20 }),
      trace('microBatch'),
      classifyLive({ model, tokenizer, labelEncoder }),
      trace('classify'),
    ),
  );

const CLIENTS = 8;
const REQUESTS = 1500;

const ask = (url: URL, agent: Agent, title: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(new URL('/classify', url), {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`The server answered ${answer.statusCode}.`)),
      );
    });
    sent.end(JSON.stringify({ title }));
  });

/** Answers the requests, with or without a watch. */
const serve = async (watched: boolean): Promise<number> => {
  const ended$ = new Subject<void>();
  const url = await new Promise<URL>((resolve, reject) => {
    serveModel({ model, tokenizer, labelEncoder, port: 0, flow$: watched ? watchFlow() : undefined })
      .pipe(takeUntil(ended$))
      .subscribe({ next: (event) => event.type === 'listening' && resolve(event.url), error: reject });
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const client = async (at: number): Promise<void> => {
    for (let i = at; i < REQUESTS; i += CLIENTS) await ask(url, agent, headlines[i % headlines.length]!.title);
  };
  const took = await processorTime(() => Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(at))));
  agent.destroy();
  ended$.next();
  return took;
};

/** The number of turns of the loop in a stage: about 0.3 µs and about 1 µs. */
const [SHORT, LONG] = [60, 200];

/** The number of values of a pipeline of short stages; one of long stages has fewer, and takes as long. */
const VALUES = 1_000_000;

type Stage = (name: string) => MonoTypeOperatorFunction<number>;

/** A pipeline of three stages that compute only. */
const computing =
  (stage: Stage, turns: number, values = Math.round((VALUES * SHORT) / turns)): (() => Promise<unknown>) =>
  () => {
    const work = (value: number): number => {
      let sum = value;
      for (let i = 0; i < turns; i++) sum = Math.sqrt(sum + i);
      return sum;
    };
    return lastValueFrom(range(1, values).pipe(map(work), stage('a'), map(work), stage('b'), map(work), stage('c')));
  };

/** A stage made of the other kinds of subscribers: a plain observer, and operators of RxJS. */
const OTHER_STAGES: readonly Stage[] = [
  () => (source) =>
    new Observable<number>((subscriber) =>
      source.subscribe({
        next: (value) => subscriber.next(value),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    ),
  () => tap<number>(() => undefined),
  () => filter<number>(Number.isFinite),
  () => identity,
];

const runOtherStages = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await computing(OTHER_STAGES[i % OTHER_STAGES.length]!, SHORT, 100_000)();
};

const inTime =
  (job: () => Promise<unknown>) =>
  async (watched: boolean): Promise<number> => {
    const watching = watched ? watchFlow().subscribe() : undefined;
    try {
      return await processorTime(job);
    } finally {
      watching?.unsubscribe();
    }
  };

/** Each job as a function of whether it is watched; it returns its processor time. */
const JOBS: Readonly<Record<string, (watched: boolean) => Promise<number>>> = {
  read: inTime(read),
  train: inTime(train),
  live: inTime(live),
  serve,
  micro: inTime(computing(trace, LONG)),
  bare: inTime(computing(trace, SHORT)),
  tap: (tapped) => processorTime(computing(tapped ? () => tap() : () => identity, SHORT)),
  unwatched: (traced) => processorTime(computing(traced ? trace : () => identity, SHORT)),
};

for (const [name, job] of Object.entries(JOBS)) {
  if (options.only !== undefined && options.only !== name) continue;
  if (name === 'micro' || options.only !== undefined) await runOtherStages();
  for (let i = 0; i < 3; i++) await job(i % 2 === 1);
  const pairs: { readonly without: number; readonly ratio: number }[] = [];
  for (let i = 0; i < Number(options.pairs); i++) {
    // Each side is first in half of the pairs.
    const first = await job(i % 2 === 1);
    const second = await job(i % 2 === 0);
    const [without, watched] = i % 2 === 0 ? [first, second] : [second, first];
    pairs.push({ without, ratio: watched / without });
  }
  const ratios = pairs.map(({ ratio }) => ratio).toSorted((a, b) => a - b);
  const quarter = (of: number): string => (ratios[Math.floor((ratios.length - 1) * of)] ?? Number.NaN).toFixed(3);
  console.log(
    `${name}: ${median(pairs.map(({ without }) => without)).toFixed(0)} ms, ratio ` +
      `${median(ratios).toFixed(4)} (quartiles ${quarter(0.25)} and ${quarter(0.75)})`,
  );
}
model.dispose();
