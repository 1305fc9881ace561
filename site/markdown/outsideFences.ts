/** Applies a change to the text between fences of code, and leaves the code alone. */
export const outsideFences = (markdown: string, change: (text: string) => string): string =>
  markdown
    .split(/(^```[^]*?^```$)/m)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join('');
