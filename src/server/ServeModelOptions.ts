import type { Optional } from '../contracts/Optional.js';
import type { Observable } from 'rxjs';
import type { ModelConfirmed, ModelRolledBack } from '../contracts/live/Learning.js';
import type { LiveHeadline, LivePrediction, SourceEvents } from '../contracts/live/Live.js';
import type { DeadLetter } from '../contracts/rows/Rejection.js';
import type { FlowSnapshot } from '../contracts/flow/FlowSnapshot.js';
import type { Valve } from '../contracts/flow/Valve.js';
import type { RepeatedHeadline } from '../operators/live/dedupe.js';
import type { AccessEntry } from './access/AccessEntry.js';
import type { AccessToken } from './http/AccessToken.js';
import type { EventLog } from './events/eventLog.js';
import type { ServedFeeds } from './feeds/ServedFeeds.js';
import type { ServedModel } from './generations/ServedModel.js';
import type { CandidateRole, ModelChange } from './generations/Generations.js';
import type { Drift } from './generations/driftWatch.js';
import type { KeepLabel } from './generations/Label.js';
import type { LearnOptions } from './generations/labelLearner.js';
import type { ServerLimits } from './queue/ServerLimits.js';
import type { TurnScheduler } from './queue/turnScheduler.js';

/** What a source of live headlines is given by the server: options of `pollFeed` and of its like. */
export interface HeadlineDoor {
  /** Closed while headlines wait. */
  readonly valve: Valve;
  /** Where it tells what happens to it: a metric, and an event for listeners. */
  readonly events: SourceEvents;
  /** Where items go that cannot be read: a metric. */
  readonly rejections: DeadLetter;
  /** Where headlines go that had been there: a metric. The `repeats` of `dedupe`. */
  readonly repeats: { next(repeat: RepeatedHeadline): void };
}

/** A model beside the one in use. */
export interface CandidateOptions {
  readonly served: ServedModel;
  /** What it does. Default: a shadow. */
  readonly role?: CandidateRole | undefined;
}

/** How a model is served. */
export interface ServeModelOptions extends ServedModel {
  /**
   * Loads the model anew, for `POST /admin/reload` and `reload$`, told the id of the one in use: undefined where that is
   * still the same. It is checked by
   * a smoke batch and put in use between two batches; its tokenizer, classes and text steps come with it. Default: it
   * cannot be reloaded.
   */
  readonly load?: ((inUse: string) => Promise<ServedModel | undefined>) | undefined;
  /** Each emission reloads the model. Default: never. */
  readonly reload$?: Observable<unknown> | undefined;
  /** Keeps the right classes that people send to `POST /labels`. Default: they are refused. */
  readonly labels?: KeepLabel | undefined;
  /**
   * Has the model learn from each label, between two batches: it is scored by the label first. A model that gets worse
   * by it is set back. Default: it does not learn.
   */
  readonly learn?: LearnOptions | undefined;
  /** A model beside the one in use: compared with it, or given a share of the headlines. Default: none. */
  readonly candidate?: CandidateOptions | undefined;
  /** Headlines that arrive by themselves, for those who listen to `/events`. Default: none. */
  readonly headlines?: ((door: HeadlineDoor) => Observable<LiveHeadline>) | undefined;
  /**
   * Whether listeners are told of a headline of `headlines`; it is classified and counted all the same. Default: they are
   * told of all.
   */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  /** The feeds behind `headlines`, where `POST /admin/feeds` can change them; that needs a token. Default: it cannot. */
  readonly feeds?: ServedFeeds | undefined;
  /**
   * What the pipelines of the process do: `watchFlow`. The page draws it, and `/metrics` has it. Subscribed to before all
   * else. Default: it is not shown.
   */
  readonly flow$?: Observable<FlowSnapshot> | undefined;
  /** The address to listen at. Anything but a loopback address demands a token. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port; 0 lets the system choose. Default 8080. */
  readonly port?: number | undefined;
  /** What clients must send as `Authorization: Bearer TOKEN`; at least 16 characters. Default: none. */
  readonly token?: string | undefined;
  /** Tokens by name, each with what it allows; `token` is one of the name `token` that allows all. Default: none. */
  readonly tokens?: readonly AccessToken[] | undefined;
  /** Receives each answered request, for an access log (`accessFile`). Default: none. */
  readonly accessLog?: ((entry: AccessEntry) => void) | undefined;
  /** Names that clients may call the server by, besides its address and, on loopback, `localhost`. Default: none. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins whose pages may ask, such as `https://news.example`. Default: the server's own alone. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** How much it takes on, in part or whole. */
  readonly limits?: Optional<ServerLimits> | undefined;
  /** The most headlines that are classified together. Default 256. */
  readonly batchSize?: number | undefined;
  /**
   * How long a headline may wait for others to be classified with, while others are likely to be on their way.
   * Milliseconds; default 2.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * How long the server classifies invented headlines before `/readyz` says 200, so that the first clients do not wait
   * for the engine to compile. Milliseconds; default 0.
   */
  readonly warmUpMs?: number | undefined;
  /** Gives the queue before the model its turns. Default: those of the event loop. */
  readonly turns?: TurnScheduler | undefined;
  /** How many events a listener that comes back can have missed and still have. Default 1,000. */
  readonly history?: number | undefined;
  /**
   * Where events are kept (`eventLog`), so that listeners go on in the next server where they were. Default: they end
   * with the server.
   */
  readonly kept?: EventLog | undefined;
  /** How often listeners are shown that the connection lives. Milliseconds, below `limits.stallMs`; default 4,000. */
  readonly heartbeatMs?: number | undefined;
  /** Its first emission ends the server: what was asked is answered, and nothing is lost. Default: never. */
  readonly drain$?: Observable<unknown> | undefined;
  /**
   * How long new requests and connections are still served after `drain$`, while `/readyz` says 503: as long as it takes
   * a load balancer to notice. Milliseconds; default 0.
   */
  readonly drainDelayMs?: number | undefined;
  /**
   * How long those answers may take, after the delay, before they are cut off; bodies of JSON lines that still come are
   * ended after half of it. Milliseconds; default 10,000.
   */
  readonly drainMs?: number | undefined;
  /**
   * How long a connection is kept at the end on which nothing is asked: its client may be sending a request just now,
   * which is answered then. Milliseconds, at most `drainMs`; default 2,000.
   */
  readonly drainIdleMs?: number | undefined;
}

/** What happens to a server. */
export type ServerEvent =
  /** It takes requests. */
  | { readonly type: 'listening'; readonly url: URL }
  /** It is ending, and answers what it was asked. */
  | { readonly type: 'draining'; readonly requests: number }
  /** Another model came in use. */
  | { readonly type: 'model'; readonly change: ModelChange }
  /** What the model in use gets right, how sure it is, or the mix of classes has changed. */
  | { readonly type: 'drift'; readonly drift: Drift }
  /** A trial of what the model in use has learnt has ended. */
  | { readonly type: 'trial'; readonly ended: ModelConfirmed | ModelRolledBack }
  /** A request, or a batch of live headlines, failed for a reason that is not the client's. The server goes on. */
  | {
      readonly type: 'failed';
      readonly error: unknown;
      /** The trace of the request. */ readonly traceId?: string | undefined;
    };
