import type { MarkdownRenderer } from 'vitepress';

/** Makes a header cell without text an ordinary cell: a screen reader would announce a header without a name. */
export const emptyHeaders = ({ renderer: { rules } }: MarkdownRenderer): void => {
  rules['th_open'] = (tokens, index, options, _env, self) => {
    const [open, content, close] = tokens.slice(index);
    if (open !== undefined && close !== undefined && content?.content === '') open.tag = close.tag = 'td';
    return self.renderToken(tokens, index, options);
  };
};
