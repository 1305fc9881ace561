import { element } from '../elements/element.js';
import { keepToken, knownToken } from './server.js';

/** Shows a form for the token, and calls back when it was entered. */
export const tokenForm = (main: HTMLElement, given: () => void): void => {
  const input = element('input', {
    id: 'token',
    type: 'password',
    autocomplete: 'off',
    required: true,
    'aria-describedby': 'token-help',
  });
  const wrong = knownToken() !== undefined;
  const form = element(
    'form',
    { class: 'card token' },
    element('h2', {}, 'A token is needed'),
    ...(wrong ? [element('p', { role: 'alert' }, 'That token was not the right one.')] : []),
    element(
      'p',
      { id: 'token-help' },
      'The server was started with one: --token, or HEADWATER_TOKEN in its ' +
        'environment. It is kept in this tab alone, until it is closed.',
    ),
    element('label', { for: 'token' }, 'Token'),
    input,
    element('button', { type: 'submit' }, 'Go on'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    given();
  });
  main.replaceChildren(form);
  input.focus();
};
