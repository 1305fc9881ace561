/** What an element is given: attributes; `true` stands for an empty one, `undefined` and `false` for none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Gives an element attributes, and takes away those that are `undefined` or `false`. */
export const setAttributes = (target: Element, attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
};

/** Makes an element. Strings become text, never markup. */
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

/** Sets an element's text where it is another one: an equal one would be read out again, and laid out. */
export const setText = (target: Element, text: string): void => {
  if (target.textContent !== text) target.textContent = text;
};
