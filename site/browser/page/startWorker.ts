import type { Answer, Request } from '../protocol.js';

/** A worker that runs one program, and is thrown away with all that it started. */
export interface Running {
  readonly send: (request: Request) => void;
  readonly stop: () => void;
}

const isAnswer = (data: unknown): data is Answer =>
  typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string';

/** Starts a worker. Its script lies beside the page's. */
export const startWorker = (onAnswer: (answer: Answer) => void): Running => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    // A program of the reader may post anything itself.
    if (isAnswer(data)) onAnswer(data);
  });
  // The error of a script that could not be loaded has no message.
  worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
    onAnswer({ type: 'failed', message: message ?? 'The playground could not be loaded. Check the connection.' }),
  );
  return { send: (request) => worker.postMessage(request), stop: () => worker.terminate() };
};
