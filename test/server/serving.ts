import { createConnection, type Socket } from 'node:net';
import { lastValueFrom, of, Subject, type Subscription } from 'rxjs';
import { afterEach, expect } from 'vitest';
import { serveModel } from '../../src/server/serveModel.js';
import type { ServeModelOptions, ServerEvent } from '../../src/server/ServeModelOptions.js';
import { type TurnScheduler, turnScheduler } from '../../src/server/queue/turnScheduler.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';

/** The classes that the served model knows. */
export const CLASSES = ['Sports', 'World'];

/** What the served model is, but for the model. */
export const VOCABULARY = {
  tokenizer: await lastValueFrom(of('ferry returns port goal cup final').pipe(Tokenizer.fit())),
  labelEncoder: LabelEncoder.of(CLASSES),
};

/** Turns that the queue is not given before it is released. */
export const heldTurns = (): { readonly turns: TurnScheduler; readonly release: () => void } => {
  let held: (() => void)[] | undefined = [];
  return {
    turns: {
      now: () => turnScheduler.now(),
      schedule: (work, delayMs) => {
        if (held === undefined) return turnScheduler.schedule(work, delayMs);
        held.push(work);
        return { unsubscribe: () => undefined };
      },
    },
    release: () => {
      for (const work of held ?? []) setImmediate(work);
      held = undefined;
    },
  };
};

/** A server that lives until the test ends. */
export interface Served {
  readonly url: URL;
  readonly events: readonly ServerEvent[];
  /** Settled when the server has ended; rejected where it ended in an error. */
  readonly ended: Promise<void>;
  readonly drain: () => void;
  readonly subscription: Subscription;
  /** Asks for a path. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** Sends a document to be classified. */
  readonly classify: (body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>) => Promise<Response>;
  /** Waits until a metric has a value: a line of `/metrics`. */
  readonly metric: (line: string) => Promise<void>;
  /** A bare connection. */
  readonly connect: () => RawClient;
}

/** A client that sends what it likes. */
export interface RawClient {
  readonly socket: Socket;
  /** All that has come so far. */
  readonly received: () => string;
  /** Waits until what has come matches. */
  readonly until: (wanted: RegExp) => Promise<string>;
  /** Settled with all that came when the other side has closed the connection. */
  readonly closed: Promise<string>;
}

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** Connects to a server. */
export const rawClient = (url: URL): RawClient => {
  const socket = createConnection({ host: url.hostname, port: Number(url.port) });
  running.push(() => socket.destroy());
  let text = '';
  const waiting = new Set<() => void>();
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const look of waiting) look();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  const until = (wanted: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!wanted.test(text)) return;
        waiting.delete(look);
        resolve(text);
      };
      waiting.add(look);
      look();
      void closed.then(() => reject(new Error(`It closed before ${String(wanted)} came: ${text.slice(0, 1000)}`)));
    });
  return { socket, received: () => text, until, closed };
};

/** Serves a model that answers by the first token, at a port that the system chooses. */
export const serving = (options: Partial<ServeModelOptions> = {}): Promise<Served> =>
  new Promise((resolve, reject) => {
    const drain$ = new Subject<void>();
    const events: ServerEvent[] = [];
    let end: { resolve: () => void; reject: (error: unknown) => void } | undefined;
    const ended = new Promise<void>((done, failed) => {
      end = { resolve: done, reject: failed };
    });
    ended.catch(() => undefined);
    const subscription = serveModel({ model: recordingModel(), ...VOCABULARY, port: 0, drain$, ...options }).subscribe({
      next: (event) => {
        events.push(event);
        if (event.type !== 'listening') return;
        const { url } = event;
        resolve({
          url,
          events,
          ended,
          subscription,
          drain: () => drain$.next(),
          get: (path, headers = {}) => fetch(new URL(path, url), { headers }),
          classify: (body, headers = {}) =>
            fetch(new URL('/classify', url), {
              method: 'POST',
              headers: { 'content-type': 'application/json', ...headers },
              body,
            }),
          metric: (line) =>
            expect
              .poll(async () => (await (await fetch(new URL('/metrics', url))).text()).split('\n').includes(line))
              .toBe(true),
          connect: () => rawClient(url),
        });
      },
      error: (error: unknown) => {
        end?.reject(error);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
      complete: () => end?.resolve(),
    });
    running.push(() => subscription.unsubscribe());
  });

/** What a problem's `type` ends in, and its status. */
export const problemOf = async (response: Response): Promise<readonly [kind: string, status: number]> => {
  const { type, status } = (await response.json()) as { readonly type: string; readonly status: number };
  if (response.headers.get('content-type') !== 'application/problem+json')
    throw new Error(`The answer is no problem but ${String(response.headers.get('content-type'))}.`);
  if (status !== response.status) throw new Error(`The problem says ${status}, and the answer ${response.status}.`);
  return [type.replace('urn:headwater:problem:', ''), status];
};
