import type { Optional } from '../contracts/Optional.js';
import type { Observable } from 'rxjs';
import type { ModelConfirmed, ModelRolledBack } from '../contracts/live/Learning.js';
import type { LiveHeadline, LivePrediction } from '../contracts/live/Live.js';
import type { FlowSnapshot } from '../contracts/flow/FlowSnapshot.js';
import type { AccessEntry } from './access/AccessEntry.js';
import type { AccessToken } from './http/AccessToken.js';
import type { EventLog } from './events/eventLog.js';
import type { ServedFeeds } from './feeds/ServedFeeds.js';
import type { CandidateOptions } from './generations/CandidateOptions.js';
import type { ServedModel } from './generations/ServedModel.js';
import type { ModelChange } from './generations/Generations.js';
import type { HeadlineSourceContext } from './events/HeadlineSourceContext.js';
import type { Drift } from './generations/driftWatch.js';
import type { KeepLabel } from './generations/Label.js';
import type { LearnOptions } from './generations/labelLearner.js';
import type { ServerLimits } from './queue/ServerLimits.js';
import type { TurnScheduler } from './queue/turnScheduler.js';

/** The options of `serveModel`. */
export interface ServeModelOptions extends ServedModel {
  /**
   * Loads the model again, for `POST /admin/reload` and `reload$`. It returns undefined if the model has the given id:
   * for `POST /admin/reload` that of the model in use, and for `reload$` that of the model that was loaded last. The
   * server tests a new model with a smoke batch and puts it in use between two batches. Its tokenizer, classes and text
   * steps replace the previous ones. Default: the model cannot be reloaded.
   */
  readonly load?: ((known: string) => Promise<ServedModel | undefined>) | undefined;
  /**
   * Each emission loads the model and the candidate again. If one is the model that was loaded last, it stays as it
   * is, and so do a promotion and a rollback. Default: never.
   */
  readonly reload$?: Observable<unknown> | undefined;
  /** Stores the right classes that people send to `POST /labels`. Default: labels are refused. */
  readonly labels?: KeepLabel | undefined;
  /**
   * Trains the model on each label, between two batches. The label first scores the model. A model that gets worse is
   * reset to its earlier state. Default: the model does not learn.
   */
  readonly learn?: LearnOptions | undefined;
  /**
   * A model beside the model in use. It is only compared with it, or it answers a share of the headlines. Default:
   * none.
   */
  readonly candidate?: CandidateOptions | undefined;
  /** Live headlines that are sent to the listeners of `/events`. Default: none. */
  readonly headlines?: ((context: HeadlineSourceContext) => Observable<LiveHeadline>) | undefined;
  /**
   * Whether listeners receive a headline of `headlines`. All headlines are classified and counted. Default: listeners
   * receive all.
   */
  readonly shows?: ((prediction: LivePrediction) => boolean) | undefined;
  /**
   * The feeds behind `headlines`, if `POST /admin/feeds` may change them. This needs a token. Default: they cannot be
   * changed.
   */
  readonly feeds?: ServedFeeds | undefined;
  /**
   * The measurements of `watchFlow` for the pipelines of the process. The page draws them, and `/metrics` reports them.
   * The server subscribes to this before everything else. Default: the flow is not shown.
   */
  readonly flow$?: Observable<FlowSnapshot> | undefined;
  /** The address to listen on. Any address that is not loopback requires a token. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port. With 0, the system chooses one. Default 8080. */
  readonly port?: number | undefined;
  /** The token that clients must send as `Authorization: Bearer TOKEN`. At least 16 characters. Default: none. */
  readonly token?: string | undefined;
  /**
   * Named tokens, each with its scopes. `token` is equivalent to a token with the name `token` and all scopes. Default:
   * none.
   */
  readonly tokens?: readonly AccessToken[] | undefined;
  /**
   * Emits lists that replace `tokens` while the server runs; `token` stays valid. An invalid list, or an empty list if
   * there is no `token`, is an event `failed`, and the tokens stay as they are. Default: they never change.
   */
  readonly tokens$?: Observable<readonly AccessToken[]> | undefined;
  /** Receives an entry for each answered request, for an access log (`accessFile`). Default: none. */
  readonly accessLog?: ((entry: AccessEntry) => void) | undefined;
  /** Host names that clients may use, besides the server's address and, on loopback, `localhost`. Default: none. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Origins whose pages may send requests, such as `https://news.example`. Default: only the server's own origin. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** The limits of the server. Limits that are not given have their defaults. */
  readonly limits?: Optional<ServerLimits> | undefined;
  /** The maximum number of headlines in a batch. Default 256. */
  readonly batchSize?: number | undefined;
  /**
   * How long a headline may wait for others to form a batch. It waits only while more headlines are likely to arrive.
   * Milliseconds; default 2.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * How long the server classifies generated headlines before `/readyz` answers 200. The JavaScript engine compiles the
   * code in this time, so the first clients do not wait for it. On a busy machine it takes longer, until the process
   * has used as much processor time, but at most five times as long. Milliseconds; default 0.
   */
  readonly warmUpMs?: number | undefined;
  /** Schedules the work of the queue before the model. Default: turns of the event loop. */
  readonly turns?: TurnScheduler | undefined;
  /** How many events the server keeps for a listener that reconnects. Default 1,000. */
  readonly history?: number | undefined;
  /**
   * The file that stores events (`eventLog`), so that listeners continue at the same event after a restart of the
   * server. Default: events are lost when the server ends.
   */
  readonly kept?: EventLog | undefined;
  /**
   * How often listeners receive a comment that keeps the connection open. Milliseconds, below `limits.stallMs`. Default
   * 4,000.
   */
  readonly heartbeatMs?: number | undefined;
  /** The first emission ends the server. All accepted requests are answered first. Default: never. */
  readonly drain$?: Observable<unknown> | undefined;
  /**
   * How long the server still accepts new requests and connections after `drain$`, while `/readyz` answers 503. It
   * should be as long as a load balancer needs to notice. Milliseconds; default 0.
   */
  readonly drainDelayMs?: number | undefined;
  /**
   * How long the last answers may take, after the delay, before they are cut off. Bodies of JSON lines that still
   * arrive are ended after half of this time. Milliseconds; default 10,000.
   */
  readonly drainMs?: number | undefined;
  /**
   * How long an idle connection is kept open at the end. Its client may be sending a request at this moment, which is
   * then answered. Milliseconds, at most `drainMs`; default 2,000.
   */
  readonly drainIdleMs?: number | undefined;
}

/** An event of a server. */
export type ServerEvent =
  /** The server accepts requests. */
  | { readonly type: 'listening'; readonly url: URL }
  /** The server is ending. It still answers the requests that it has accepted. */
  | { readonly type: 'draining'; readonly requests: number }
  /** Another model is in use. */
  | { readonly type: 'model'; readonly change: ModelChange }
  /** The accuracy of the model in use, its confidence, or the mix of classes has changed. */
  | { readonly type: 'drift'; readonly drift: Drift }
  /** A trial of the model's learning has ended. */
  | { readonly type: 'trial'; readonly ended: ModelConfirmed | ModelRolledBack }
  /** A request or a batch of live headlines failed, and the client is not the cause. The server continues. */
  | {
      readonly type: 'failed';
      readonly error: unknown;
      /** The trace id of the request. */ readonly traceId?: string | undefined;
    };
