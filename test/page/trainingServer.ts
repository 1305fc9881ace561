import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ModelView,
  RejectionsView,
  ReportView,
  SideView,
  TrainingNews,
  TrainingSnapshot,
} from '../../src/contracts/training/TrainingView.js';
import { pageRoutes } from '../../src/server/pageFiles.js';
import { atEnd } from './visit.js';
import { about, CLASSES } from './newsModel.js';

/** What a training tells, in order. */
export type Told =
  | { readonly name: 'training'; readonly data: TrainingNews }
  | { readonly name: 'rejections'; readonly data: RejectionsView }
  | { readonly name: 'report'; readonly data: ReportView }
  | { readonly name: 'ended' | 'missed'; readonly data: object };

const side = (rows: number): SideView => ({
  rows,
  classes: Object.fromEntries(CLASSES.map((name, index) => [name, Math.round(rows / 4) + (index - 1.5) * 4])),
});

export const SPLIT = { train: side(4200), validation: side(900), test: side(900) };

/** A training of so many epochs, as the page is told of it. */
export const newsOf = (epochs: number): readonly TrainingNews[] => {
  const { training } = about;
  const news: TrainingNews[] = [
    { type: 'training-started', model: 'gru', epochs: 8, rows: { train: 4200, validation: 900, test: 900 } },
  ];
  for (const { epoch, learningRate, ...measured } of training.epochs.slice(0, epochs)) {
    news.push({ type: 'epoch-started', model: 'gru', epoch, learningRate });
    for (let step = 0; step < 84; step += 2) {
      const before = epoch === 1 ? 1.4 : training.epochs[epoch - 2]!.trainLoss;
      const part = step / 84;
      const wiggle = 0.09 * Math.sin(step * 2.3 + epoch) + 0.06 * Math.cos(step * 5.1);
      news.push({
        type: 'step',
        model: 'gru',
        epoch,
        step,
        rows: 50,
        loss: before + (measured.trainLoss - before) * part + wiggle,
        weight: 50,
        rowsPerSecond: 9200 + 700 * Math.sin(step / 9 + epoch) - (epoch === 1 ? 2500 * (1 - part) : 0),
      });
    }
    news.push({ type: 'epoch', model: 'gru', epoch, learningRate, ...measured });
  }
  return news;
};

export const REJECTIONS: RejectionsView = {
  total: 17,
  byReason: [
    { reason: 'field', field: 'title', count: 11 },
    { reason: 'ragged', count: 6 },
  ],
  examples: [
    {
      type: 'rejection',
      reason: 'field',
      id: 4,
      source: 'news.csv',
      line: 6,
      byte: 312,
      field: 'title',
      expected: 'a title that is not blank',
      got: '"<b>  </b>"',
    },
  ],
};

export const REPORT: ReportView = {
  classes: CLASSES,
  performance: about.performance,
  confusion: about.training.confusion,
  accuracy: 0.859,
  loss: null,
  rows: 900,
};

/** A server of a training that tells what it is told to. */
export const serveTraining = async (
  first: Partial<TrainingSnapshot> = {},
  runs: readonly ModelView[] = [],
): Promise<{
  readonly url: URL;
  readonly tell: (...told: readonly Told[]) => void;
  readonly snapshot: (change: Partial<TrainingSnapshot>) => void;
  readonly cut: () => void;
  readonly opened: () => number;
}> => {
  let snapshot: TrainingSnapshot = {
    state: 'preparing',
    config: null,
    classes: [],
    split: null,
    epochs: 8,
    history: [],
    metrics: [],
    rejections: { total: 0, byReason: [], examples: [] },
    report: null,
    flow: [],
    lastEventId: null,
    ...first,
  };
  const sent: string[] = [];
  const listeners = new Set<(frame: string) => void>();
  let opened = 0;
  const page = new Map(pageRoutes('training'));
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const file = page.get(path)?.handlers.GET;
    if (file !== undefined) {
      void file(request, response);
    } else if (path === '/training') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(snapshot));
    } else if (path === '/runs') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(runs));
    } else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const last = request.headers['last-event-id'];
      for (const frame of sent.slice(last === undefined ? 0 : Number(last) + 1)) response.write(frame);
      response.write(': hello\n\n');
      const listen = (frame: string): void => {
        response.write(frame);
        if (frame.includes('event: ended')) response.end();
      };
      listeners.add(listen);
      opened++;
      response.once('close', () => listeners.delete(listen));
    } else {
      response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end('{"detail":"There is nothing here."}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    tell: (...told) => {
      for (const { name, data } of told) {
        const frame = `id: ${sent.length}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
        sent.push(frame);
        for (const listen of listeners) listen(frame);
      }
    },
    snapshot: (change) => {
      snapshot = { ...snapshot, ...change };
    },
    cut: () => server.closeAllConnections(),
    /** How many streams of events there have been. */
    opened: () => opened,
  };
};
