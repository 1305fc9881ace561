import { backendVariant, registerBackend } from 'headwater/ops';
import type { Answer, Request } from '../protocol.js';
import { messageOf } from './messageOf.js';
import { runProgram } from './runProgram.js';
import { openModel, type TextModel } from './TextModel.js';
import { trainOnSample } from './trainOnSample.js';

const tell = (answer: Answer): void => postMessage(answer);

let model: TextModel | undefined;

const use = (made: TextModel): void => {
  model = made;
  tell({ type: 'model', classes: made.classes, about: made.about, isNew: made.files !== undefined });
};

const carryOut = async (request: Request): Promise<void> => {
  const begin = performance.now();
  if (request.type === 'classify') {
    const prefixes = (await model?.read(request.text)) ?? [];
    tell({ type: 'classified', text: request.text, prefixes });
    return;
  }
  if (request.type === 'save') {
    const files = model?.files?.();
    if (files !== undefined) tell({ type: 'saved', files });
    return;
  }
  if (request.type === 'run') await runProgram(request.code, tell);
  else if (request.type === 'train') use(await trainOnSample(request.cell, request.rows, request.epochs, tell));
  else use(await openModel(request.files));
  tell({ type: 'ended', milliseconds: performance.now() - begin });
};

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  carryOut(data).catch((error: unknown) => tell({ type: 'failed', message: messageOf(error) }));
});

// Threads share memory, which a browser gives to pages that are cross-origin isolated only.
registerBackend(crossOriginIsolated ? { threads: Math.min(4, navigator.hardwareConcurrency) } : {});
tell({ type: 'ready', threads: backendVariant().threads });
