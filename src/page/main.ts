import type { ModelView, TrainingSnapshot } from '../contracts/training/TrainingView.js';
import { element, setText } from './elements/element.js';
import { Notice } from './connection/Notice.js';
import { TokenWanted } from './connection/reconnecting.js';
import { describeFailure, getJson } from './connection/server.js';
import { runsView } from './runs/runsView.js';
import { servingView } from './serving/servingView.js';
import { tokenForm } from './connection/tokenForm.js';
import { workersView, type WorkersJson } from './workers/workersView.js';
import { trainingView } from './training/trainingView.js';

/** The wait before an unreachable server is requested again. Milliseconds. */
const RETRY_MS = 2000;

const place = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
};

const main = place('main');
const announcer = place('announcer');
const corner = place('corner');
const notice = new Notice(announcer);
place('notices').append(notice.node);

/** Asks for the token if the error is about it. */
const tokenWanted = (error: unknown): boolean => {
  if (!(error instanceof TokenWanted)) return false;
  // The page is reloaded, because its content may belong to another token or be outdated.
  tokenForm(main, () => location.reload());
  return true;
};

/**
 * Shows the view of the server's subject, which the HTML document names: a model, a training, finished trainings, or
 * workers.
 */
const show = async (): Promise<void> => {
  const view = { announcer, notice, corner, tokenWanted };
  const subject = document.documentElement.dataset['shows'];
  if (subject === 'workers') workersView(main, await getJson<WorkersJson>('workers'), view);
  else if (subject === 'runs') runsView(main, await getJson<readonly ModelView[]>('runs'), corner);
  else if (subject === 'training') trainingView(main, await getJson<TrainingSnapshot>('training'), view);
  else servingView(main, await getJson<ModelView>('model'), view);
};

const start = (): void => {
  show().catch((error: unknown) => {
    if (tokenWanted(error)) return;
    const why = describeFailure(error);
    main.replaceChildren(element('p', { class: 'card hint' }, `${why} Trying again…`));
    setText(announcer, why);
    setTimeout(start, RETRY_MS);
  });
};

start();
