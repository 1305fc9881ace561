import { javascript } from '@codemirror/lang-javascript';
import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView, basicSetup } from 'codemirror';
import { element, setText } from '../../../src/page/elements/element.js';
import { onThreads } from '../onThreads.js';
import type { Answer } from '../protocol.js';
import { Console } from './Console.js';
import { LossCurve } from './LossCurve.js';
import { MarbleView } from './MarbleView.js';
import { type Running, startWorker } from './startWorker.js';

/**
 * The colours of the editor, with a darker one for the text of templates: the contrast of the editor's own orange
 * is too low.
 */
const colours = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) => (spec['color'] === '#e40' ? { ...spec, color: '#a83200' } : spec)),
);

/**
 * Puts an editor with a program in an element, with a console, the marbles of what happens, and the loss.
 *
 * @returns what ends the program, for a reader who leaves the page
 */
export const openPlayground = (target: HTMLElement, code: string, runNow: boolean): (() => void) => {
  const run = element('button', { type: 'button', class: 'primary' }, 'Run');
  const stop = element('button', { type: 'button', disabled: true }, 'Stop');
  const state = element('span', { class: 'note', role: 'status' });
  const output = element('div', { class: 'output' });
  const editorPlace = element('div', { class: 'editor' });
  const editor = new EditorView({
    doc: code,
    extensions: [
      basicSetup,
      syntaxHighlighting(colours),
      javascript({ typescript: true }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
    ],
    parent: editorPlace,
  });
  let running: Running | undefined;

  const end = (text: string): void => {
    setText(state, text);
    run.disabled = false;
    if (document.activeElement === stop) run.focus();
  };

  const start = (): void => {
    running?.stop();
    // A disabled button loses the focus of the keyboard.
    const isFocused = document.activeElement === run;
    const [lines, marbles, curve] = [new Console(), new MarbleView(), new LossCurve()];
    output.replaceChildren(
      element('p', { class: 'title' }, 'Console'),
      lines.node,
      curve.node,
      element('p', { class: 'title' }, 'What went through each stage'),
      marbles.node,
    );
    run.disabled = true;
    stop.disabled = false;
    if (isFocused) stop.focus();
    setText(state, 'starting …');
    const onAnswer = (answer: Answer): void => {
      if (answer.type === 'ready') {
        setText(state, `running, ${onThreads(answer.threads)}`);
        running?.send({ type: 'run', code: editor.state.doc.toString() });
      } else if (answer.type === 'stages') marbles.setStages(answer.stages);
      else if (answer.type === 'notified') marbles.add(answer.notified, answer.left);
      else if (answer.type === 'losses') curve.add(answer.points);
      else if (answer.type === 'printed') lines.write(answer.lines, answer.left);
      else if (answer.type === 'ended') {
        lines.end();
        end(`ran in ${answer.milliseconds.toFixed(0)} ms`);
      } else if (answer.type === 'failed') {
        lines.write([{ level: 'error', text: answer.message }]);
        lines.end();
        end('failed');
      }
    };
    running = startWorker(onAnswer);
  };

  run.addEventListener('click', start);
  stop.addEventListener('click', () => {
    running?.stop();
    end('stopped');
    stop.disabled = true;
  });
  target.classList.add('playground');
  target.replaceChildren(editorPlace, element('div', { class: 'buttons' }, run, stop, state), output);
  if (runNow) {
    // The button that was pressed has gone.
    run.focus({ preventScroll: true });
    start();
  }
  return () => running?.stop();
};
