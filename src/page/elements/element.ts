/** The attributes of an element. `true` means an empty attribute; `undefined` and `false` mean none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Sets attributes of an element, and removes those that are `undefined` or `false`. */
export const setAttributes = (target: Element, attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
};

/** Makes an element. Strings become text nodes, never markup. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
};

/** Sets an element's text if it differs. Setting an equal text would trigger screen readers and the layout again. */
export const setText = (target: Element, text: string): void => {
  if (target.textContent !== text) target.textContent = text;
};
