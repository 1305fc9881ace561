import { element, setText } from '../../../src/page/elements/element.js';
import { onThreads } from '../onThreads.js';
import { type Answer, type Cell, CELLS, type Prefix } from '../protocol.js';
import { droppedFiles } from './droppedFiles.js';
import { LossCurve } from './LossCurve.js';
import { type Running, startWorker } from './startWorker.js';
import { tarOf } from './tarOf.js';

/** The folder of a saved model in its archive. */
const FOLDER = 'headwater-model';

/** Gives files to the reader as one archive. */
const download = (files: ReadonlyMap<string, Uint8Array>): void => {
  const href = URL.createObjectURL(tarOf(FOLDER, files, Date.now()));
  element('a', { href, download: `${FOLDER}.tar` }).click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
};

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The class after each word: the words so far, and the likeliest classes. */
const table = (prefixes: readonly Prefix[]): HTMLElement =>
  element(
    'table',
    {},
    element('caption', {}, 'After each word'),
    element(
      'thead',
      {},
      element('tr', {}, ...['Word', 'Class', 'Probability'].map((name) => element('th', { scope: 'col' }, name))),
    ),
    element(
      'tbody',
      {},
      ...prefixes.map(({ word, distribution: [best] }) => {
        const share = best?.probability ?? 0;
        const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
        bar.style.width = `${(5 * share).toFixed(2)}em`;
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, word),
          element('td', {}, best?.category ?? ''),
          element('td', {}, bar, ` ${percent(share)}`),
        );
      }),
    ),
  );

/**
 * Trains a model in the reader's tab, or opens a saved one, and classifies what is typed.
 *
 * @returns what ends the training, for a reader who leaves the page
 */
export const openTrainPage = (target: HTMLElement): (() => void) => {
  const number = (
    label: string,
    value: number,
    most: number,
  ): { readonly node: HTMLElement; readonly value: () => number } => {
    const input = element('input', { type: 'number', min: 1, max: most, value });
    return {
      node: element('label', {}, `${label} `, input),
      value: () => Math.min(most, Math.max(1, Math.round(input.valueAsNumber || value))),
    };
  };
  const cell = element('select', {}, ...CELLS.map((name) => element('option', { value: name }, name.toUpperCase())));
  const rows = number('Rows', 2000, 20_000);
  const epochs = number('Epochs', 4, 50);
  const train = element('button', { type: 'button', class: 'primary' }, 'Train');
  const stop = element('button', { type: 'button', disabled: true }, 'Stop');
  const save = element('button', { type: 'button', disabled: true }, 'Save the model');
  const state = element('p', { class: 'note', role: 'status' }, 'Nothing has been trained yet.');
  const picker = element('input', { type: 'file', multiple: true });
  const drop = element(
    'div',
    { class: 'drop' },
    element('label', {}, 'Or open a saved model: drop its folder or archive here, or choose its files. ', picker),
  );
  const text = element('input', {
    type: 'text',
    disabled: true,
    size: 50,
    maxlength: 400,
    placeholder: 'The final tennis tournament starts next week.',
  });
  const answers = element('div', { class: 'answers', 'aria-live': 'polite' });
  let curve = new LossCurve();
  const curvePlace = element('div', {}, curve.node);
  let running: Running | undefined;
  /** How often something was asked for: files that are read after the reader has asked for something else are late. */
  let asked = 0;

  /** Whether the worker reads a text. It is asked for the next one when it has answered: a large model is slow. */
  let isReading = false;

  const classify = (): void => {
    if (isReading) return;
    isReading = true;
    running?.send({ type: 'classify', text: text.value });
  };

  const ended = (): void => {
    train.disabled = false;
    stop.disabled = true;
  };

  const onAnswer =
    (first: (running: Running) => void) =>
    (answer: Answer): void => {
      if (answer.type === 'ready' && running !== undefined) {
        setText(state, `Working, ${onThreads(answer.threads)} …`);
        first(running);
      } else if (answer.type === 'losses') curve.add(answer.points);
      else if (answer.type === 'progress') setText(state, answer.text);
      else if (answer.type === 'model') {
        setText(state, `The model is ready: ${answer.about}. Classes: ${answer.classes.join(', ')}.`);
        text.disabled = false;
        save.disabled = !answer.isNew;
        answers.replaceChildren();
        isReading = false;
        if (text.value !== '') classify();
      } else if (answer.type === 'classified') {
        isReading = false;
        // An answer to what stood there before is late.
        if (answer.text === text.value)
          answers.replaceChildren(...(answer.prefixes.length === 0 ? [] : [table(answer.prefixes)]));
        else classify();
      } else if (answer.type === 'saved') download(answer.files);
      else if (answer.type === 'ended') ended();
      else if (answer.type === 'failed') {
        isReading = false;
        setText(state, answer.message);
        ended();
      }
    };

  const begin = (first: (running: Running) => void): void => {
    asked += 1;
    running?.stop();
    text.disabled = true;
    save.disabled = true;
    train.disabled = true;
    stop.disabled = false;
    curve = new LossCurve();
    curvePlace.replaceChildren(curve.node);
    setText(state, 'Starting …');
    running = startWorker(onAnswer(first));
  };

  const open = (files: ReadonlyMap<string, Uint8Array>): void =>
    begin((worker) => worker.send({ type: 'open', files }));

  train.addEventListener('click', () =>
    begin((worker) =>
      worker.send({ type: 'train', cell: cell.value as Cell, rows: rows.value(), epochs: epochs.value() }),
    ),
  );
  stop.addEventListener('click', () => {
    asked += 1;
    running?.stop();
    setText(state, 'Stopped.');
    ended();
  });
  save.addEventListener('click', () => running?.send({ type: 'save' }));
  text.addEventListener('input', () => classify());
  const openDropped = (items: Iterable<File | DataTransferItem>): void => {
    asked += 1;
    const turn = asked;
    setText(state, 'Reading the files …');
    void droppedFiles(items).then(
      (files) => {
        if (turn === asked) open(files);
      },
      (error: unknown) => {
        if (turn === asked) setText(state, error instanceof Error ? error.message : String(error));
      },
    );
  };
  // The same files can be chosen again after they were written again.
  picker.addEventListener('click', () => (picker.value = ''));
  picker.addEventListener('change', () => openDropped(picker.files ?? []));
  // Anywhere on the form: the browser would leave the page for files that are dropped beside the field.
  const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
  target.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  target.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    openDropped(event.dataTransfer?.items ?? []);
  });

  target.classList.add('playground');
  target.replaceChildren(
    element(
      'div',
      { class: 'buttons' },
      element('label', {}, 'Cell ', cell),
      rows.node,
      epochs.node,
      train,
      stop,
      save,
    ),
    drop,
    state,
    curvePlace,
    element('p', {}, element('label', {}, 'Text to classify ', text)),
    answers,
  );
  return () => {
    asked += 1;
    running?.stop();
  };
};
