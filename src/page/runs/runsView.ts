import type { ModelView } from '../../contracts/training/TrainingView.js';
import { element } from '../elements/element.js';
import { ModelSection } from '../panels/ModelSection.js';
import { RunsSection } from './RunsSection.js';

/** The page of finished trainings: a comparison of all, and the details of one. */
export const runsView = (main: HTMLElement, runs: readonly ModelView[], corner: HTMLElement): void => {
  const section = new RunsSection(runs.map(({ name }) => name));
  const model = new ModelSection();
  const choice = element(
    'select',
    { id: 'run' },
    ...runs.map(({ name }, run) => element('option', { value: String(run) }, name)),
  );
  const show = (): void => {
    const run = runs[Number(choice.value)];
    if (run !== undefined) model.show(run);
  };
  choice.addEventListener('change', show);
  corner.replaceChildren(element('span', { class: 'chip' }, runs.length === 1 ? '1 run' : `${runs.length} runs`));
  main.replaceChildren(
    section.node,
    element(
      'p',
      { class: 'run-choice', hidden: runs.length < 2 },
      element('label', { for: 'run' }, 'The run that is shown in whole'),
      choice,
    ),
    model.node,
  );
  section.show(runs);
  show();
};
