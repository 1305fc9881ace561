import { join } from 'node:path';
import {
  catchError,
  combineLatest,
  concat,
  concatMap,
  defer,
  EMPTY,
  endWith,
  finalize,
  from,
  fromEventPattern,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  ReplaySubject,
  shareReplay,
  Subject,
  switchMap,
  takeUntil,
  tap,
  using,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LivePrediction, SourceEvent } from '../../contracts/live/Live.js';
import { trace } from '../../operators/flow/trace.js';
import { watchFlow } from '../../operators/flow/watchFlow.js';
import { dedupe } from '../../operators/live/dedupe.js';
import { type AccessFile, accessFile } from '../../server/access/accessFile.js';
import type { AccessEntry } from '../../server/access/AccessEntry.js';
import { entryWriter } from '../../server/access/entryWriter.js';
import { eventLog } from '../../server/events/eventLog.js';
import type { AccessToken } from '../../server/http/AccessToken.js';
import { connectionRoom, mostOpenFiles } from '../../server/http/connectionRoom.js';
import { namedSources } from '../../server/events/namedSources.js';
import type { Label } from '../../server/generations/Label.js';
import { labelFile } from '../../server/labels/labelFile.js';
import { readLabels } from '../../server/labels/readLabels.js';
import { serveModel } from '../../server/serveModel.js';
import type { ServeModelOptions, ServerEvent } from '../../server/ServeModelOptions.js';
import { type StateFile, stateFile } from '../../sinks/files/stateFile.js';
import { backendLine } from '../backends/backendLine.js';
import { brokerHeadlines, checkBrokerFlags } from '../brokers/brokerHeadlines.js';
import { folderChanges } from '../inference/folderChanges.js';
import { type LoadedModel, loadModel } from '../inference/model.js';
import { servedModel } from '../inference/servedModel.js';
import { classFilter } from '../live/classFilter.js';
import { distinctKey } from '../live/distinctKey.js';
import { contactLine, type FeedRules, feedRules } from '../live/feedOptions.js';
import { liveHeadlines } from '../live/liveHeadlines.js';
import { opmlFeeds, underTitle } from '../live/opmlFeeds.js';
import { sourceName, type WatchedFeed, watchedFeeds } from '../live/watchedFeed.js';
import { type WatchMemory, watchMemory } from '../live/watchMemory.js';
import { checkFile } from '../outputs/checkOutput.js';
import { errorLine } from '../process/exitStatus.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import { driftLine, trialLine } from './learningLines.js';
import { type ServeFlags, TOKEN_VARIABLE } from './ServeFlags.js';
import { sourceLog } from './sourceLog.js';
import { type Subscriptions, subscriptions, SubscriptionsJson } from './subscriptions.js';
import { tokenFile } from './tokenFile.js';

/** The files of the events and of the changed feeds in the folder of the state. */
const EVENTS = 'events.log';
const SUBSCRIPTIONS = 'subscriptions.json';

/** @throws HeadwaterError `HW_USAGE` if options exclude each other */
const checkTogether = ({ learn, labels, canary, candidate }: ServeFlags): void => {
  if (learn === true && labels === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      '--learn needs labels to learn from. Give --labels and the file that they are kept in.',
    );
  if (canary !== undefined && candidate === undefined)
    throw new HeadwaterError('HW_USAGE', '--canary is the share of a candidate. Give --candidate and its folder.');
};

/** The parts of a server. */
interface Parts {
  readonly loaded: LoadedModel;
  readonly candidate: LoadedModel | undefined;
  /** Labels that were given before a restart. */
  readonly past: readonly Label[];
  /** The titles of feeds in an OPML, by their addresses. */
  readonly titles: ReadonlyMap<string, string>;
  readonly rules: FeedRules;
  readonly feeds: readonly WatchedFeed[];
  readonly memory: WatchMemory;
  /** The file of the changed feeds; undefined if changes are not stored. */
  readonly kept: StateFile<SubscriptionsJson> | undefined;
  /** The feeds of the command line, with the changes of earlier runs. */
  readonly subscribed: Subscriptions;
}

/** The signals of the operator. */
interface Signals {
  /** Emits when the server is to end. */
  readonly drain$: Observable<void>;
  /** Emits when the model is to be loaded and the access log is to be opened again. */
  readonly hangup$: Observable<unknown>;
}

/** Emits at each SIGHUP. A closed terminal sends the same signal, which then means the end. */
const hangups = (terminal: Terminal): Observable<unknown> =>
  terminal.stdin.isTTY === true
    ? NEVER
    : fromEventPattern<unknown>(
        (listener) => terminal.on('SIGHUP', listener),
        (listener) => terminal.off('SIGHUP', listener),
      );

/** Reports the events of the server on stderr, and its address on stdout. */
const telling =
  ({ stdout, stderr }: Terminal) =>
  (event: ServerEvent): void => {
    switch (event.type) {
      case 'listening':
        stdout.write(`${event.url.href}\n`);
        break;
      case 'draining':
        stderr.write(`ending: requests to be answered yet: ${event.requests}\n`);
        break;
      case 'model':
        stderr.write(`model: ${event.change.type}: ${event.change.model} (before: ${event.change.before ?? 'none'})\n`);
        break;
      case 'drift':
        stderr.write(`${driftLine(event.drift)}\n`);
        break;
      case 'trial':
        stderr.write(`${trialLine(event.ended)}\n`);
        break;
      case 'failed':
        stderr.write(`${errorLine(event.error)}${event.traceId === undefined ? '' : ` (trace ${event.traceId})`}\n`);
        break;
    }
  };

/** Reads the file of tokens again. If this fails, it is told, and the tokens stay as they are. */
const tokensOf =
  (file: string, { stderr }: Terminal) =>
  (): Observable<readonly AccessToken[]> =>
    defer(() => of(tokenFile(file))).pipe(
      catchError((error: unknown) => {
        stderr.write(`${errorLine(error)}\n`);
        return EMPTY;
      }),
    );

/** A line if the process may not open enough files for all connections that the options allow. */
const connectionLine = ({ maxConnections }: ServeFlags): string => {
  const files = mostOpenFiles();
  const room = connectionRoom(files);
  return room >= maxConnections
    ? ''
    : `At most ${room} connections are served, and not ${maxConnections}, because this process may open ` +
        `${files} files. Raise this limit (ulimit -n), or lower --max-connections.\n`;
};

/** The access log of the options. */
const accessLogOf = (
  { accessLog }: ServeFlags,
  { stdout, stderr }: Terminal,
): { readonly write: ((entry: AccessEntry) => void) | undefined; readonly file: AccessFile | undefined } => {
  if (accessLog === undefined) return { write: undefined, file: undefined };
  if (accessLog === '-') return { write: entryWriter(() => stdout), file: undefined };
  const file = accessFile(accessLog, (error) => void stderr.write(`${errorLine(error)}\n`));
  return { write: file.write, file };
};

/**
 * The source of live headlines; undefined if there is none.
 *
 * @param former sources that were read before a restart, and are not any more
 */
const headlinesOf = (
  flags: ServeFlags,
  { rules, memory, titles }: Parts,
  feeds: Subscriptions,
  changed$: Subject<SourceEvent>,
  former: readonly string[],
  canGrow: boolean,
  terminal: Terminal,
): ServeModelOptions['headlines'] =>
  feeds.addresses.length === 0 && flags.from === undefined && !canGrow
    ? undefined
    : ({ repeats, events: served, ...context }) => {
        const log = sourceLog((line) => void terminal.stderr.write(`${line}\n`));
        const events = {
          next: (event: SourceEvent) => {
            log(event);
            served.next(event);
          },
        };
        const reading = {
          ...context,
          ...rules,
          events: {
            next: (event: SourceEvent) => {
              events.next(underTitle(event, titles));
              changed$.next(event);
            },
          },
          stdin: terminal.stdin,
          memory: memory.feeds,
          once: false,
          deliveries: flags.state !== undefined,
        };
        return merge(
          liveHeadlines([], {
            ...reading,
            polled$: feeds.polled$,
            others: [
              feeds.read((feed) => liveHeadlines([feed], reading)),
              ...brokerHeadlines(flags, { ...context, events }, terminal),
            ],
          }),
          concat(from(former), feeds.removed$.pipe(map(sourceName))).pipe(
            tap((source) => events.next({ type: 'removed', source, at: Date.now() })),
            ignoreElements(),
          ),
        ).pipe(
          map((headline, id) => ({ ...headline, id })),
          trace('feeds'),
          dedupe({
            memory: memory.seen,
            by: flags.dedupeBy,
            corrections: flags.corrections,
            counts: 'delivered',
            repeats,
          }),
          map(distinctKey),
          trace('dedupe'),
        );
      };

const serve = (
  flags: ServeFlags,
  parts: Parts,
  { drain$, hangup$ }: Signals,
  terminal: Terminal,
): Observable<unknown> => {
  const { loaded, candidate, past, memory, kept, subscribed: feeds } = parts;
  const { stderr, env } = terminal;
  const changed$ = new Subject<SourceEvent>();
  const tokens = flags.tokens === undefined ? [] : tokenFile(flags.tokens);
  const token = flags.token ?? env[TOKEN_VARIABLE];
  const events = flags.state === undefined ? undefined : eventLog(join(flags.state, EVENTS));
  const now = new Set(feeds.sources);
  const former = [...namedSources(events?.frames ?? [])].filter((source) => !now.has(source));
  const wanted =
    flags.filter === undefined ? undefined : classFilter(flags.filter, loaded.artifacts.labelEncoder.classes);
  const log = accessLogOf(flags, terminal);
  const loadFrom = (folder: string) => async (known: string) => {
    const next = await lastValueFrom(loadModel(folder, flags, env, known));
    return next === undefined ? undefined : servedModel(next);
  };
  stderr.write(`${backendLine(loaded.backend)}\n${contactLine(parts.feeds, parts.rules)}${connectionLine(flags)}`);
  const server$ = serveModel({
    ...servedModel(loaded),
    load: loadFrom(flags.model),
    flow$: watchFlow(),
    labels: flags.labels === undefined ? undefined : labelFile(flags.labels),
    learn: flags.learn === true ? { past } : undefined,
    reload$: merge(
      hangup$.pipe(tap(() => log.file?.reopen())),
      ...(flags.watchModel === true
        ? [flags.model, ...(flags.candidate === undefined ? [] : [flags.candidate])].map(folderChanges)
        : []),
    ),
    candidate:
      flags.candidate === undefined
        ? undefined
        : {
            served: candidate === undefined ? undefined : servedModel(candidate),
            load: loadFrom(flags.candidate),
            role: flags.canary === undefined ? { type: 'shadow' } : { type: 'canary', share: flags.canary },
          },
    host: flags.host,
    port: flags.port,
    token,
    tokens,
    tokens$: flags.tokens === undefined ? undefined : hangup$.pipe(concatMap(tokensOf(flags.tokens, terminal))),
    accessLog: log.write,
    allowHosts: flags.allowHost,
    allowOrigins: flags.allowOrigin,
    limits: {
      bodyBytes: flags.maxBody,
      batch: flags.maxBatch,
      queue: flags.maxQueue,
      connections: flags.maxConnections,
      listeners: flags.maxListeners,
    },
    history: flags.history,
    drain$,
    warmUpMs: flags.warmUp * 1000,
    drainMs: flags.drain * 1000,
    drainDelayMs: flags.drainDelay * 1000,
    kept: events,
    feeds,
    shows: wanted === undefined ? undefined : ({ category }: LivePrediction) => wanted.has(category),
    headlines: headlinesOf(flags, parts, feeds, changed$, former, token !== undefined || tokens.length > 0, terminal),
  });
  const ended$ = new Subject<void>();
  return merge(
    server$.pipe(
      tap(telling(terminal)),
      // The state of the feeds is written once more.
      finalize(() => {
        changed$.complete();
        ended$.next();
        ended$.complete();
        log.file?.close();
      }),
    ),
    memory.keep(changed$),
    kept === undefined
      ? EMPTY
      : feeds.change$.pipe(
          takeUntil(ended$),
          kept.keep(() => feeds.toJSON()),
        ),
  ).pipe(finalize(memory.release));
};

/**
 * Serves the model that the options name, until `drain$` emits.
 *
 * Errors: `HW_USAGE` if options are invalid; errors of loading, of the state and of `serveModel`.
 */
export const servingJob = (flags: ServeFlags, drain$: Observable<void>, terminal: Terminal): Observable<unknown> => {
  checkTogether(flags);
  const { stdin, stderr, env } = terminal;
  // An invalid address is refused before a list is fetched, and all checks run before a model is loaded.
  watchedFeeds(flags.feed);
  const rules = feedRules(flags, env, flags.opml === undefined ? flags.feed : [...flags.feed, flags.opml]);
  const titles = new Map<string, string>();
  checkBrokerFlags(flags);
  if (flags.tokens !== undefined) tokenFile(flags.tokens);
  const written = [flags.labels, flags.accessLog].flatMap((file) => (file === undefined || file === '-' ? [] : [file]));
  const checked$ = from(written).pipe(
    concatMap((file) => fromTask(checkFile(file))),
    ignoreElements(),
    endWith(undefined),
  );
  const models$ = combineLatest({
    loaded: loadModel(flags.model, flags, env),
    // The model in use can serve without its candidate. The server loads it again, and tells why that fails.
    candidate:
      flags.candidate === undefined
        ? of(undefined)
        : loadModel(flags.candidate, flags, env).pipe(catchError(() => of(undefined))),
  });
  // A signal may arrive before the model is loaded. Without a listener, it would end the process.
  const hangup$ = new ReplaySubject<unknown>(1);
  const served$ = checked$.pipe(
    switchMap(() => opmlFeeds(flags.opml, rules, terminal, titles)),
    switchMap((more) => {
      const feeds = watchedFeeds([...flags.feed, ...more]);
      return models$.pipe(map((models) => ({ feeds, ...models })));
    }),
    switchMap(({ loaded, candidate, feeds }) => {
      if (loaded === undefined) return EMPTY;
      const id = loaded.artifacts.modelId;
      // The labels that were given while this model was in use. Its files do not include them.
      const past$ =
        flags.learn === true && flags.labels !== undefined && id !== undefined
          ? from(readLabels(flags.labels, id))
          : of([]);
      const kept =
        flags.state === undefined
          ? undefined
          : stateFile(join(flags.state, SUBSCRIPTIONS), SubscriptionsJson, {
              delayMs: 1,
              damaged: { next: (error) => void stderr.write(`${errorLine(error)}\n`) },
            });
      // Read once the folder is locked.
      const subscribed$ = defer(() => (kept === undefined ? of(undefined) : fromTask(kept.read))).pipe(
        map((changed) => subscriptions(feeds, changed)),
        shareReplay(1),
      );
      const count$ = subscribed$.pipe(map((subscribed) => () => subscribed.count));
      return watchMemory(flags.state, count$, stderr, [EVENTS, SUBSCRIPTIONS]).pipe(
        switchMap((memory) =>
          combineLatest({ past: past$, subscribed: subscribed$ }).pipe(
            map((read) => ({ loaded, candidate, feeds, titles, rules, memory, kept, ...read })),
          ),
        ),
        switchMap((parts) => serve(flags, parts, { drain$, hangup$ }, terminal)),
      );
    }),
    // An open terminal would keep the process alive.
    finalize(() => stdin.pause()),
  );
  return using(
    () => hangups(terminal).subscribe(hangup$),
    () => served$,
  );
};
