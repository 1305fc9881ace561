import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/javascript';
import { transform } from 'sucrase';
import type { Stage } from '../protocol.js';

/** The reader's program as it is run, and the stages of its pipelines. */
export interface Instrumented {
  /** The body of an asynchronous function of `require`, `exports`, `console`, `__piped` and `__value`. */
  readonly code: string;
  readonly stages: readonly Stage[];
}

const LONGEST_LABEL = 60;

const typescript = parser.configure({ dialect: 'ts' });

const labelOf = (code: string): string => {
  const text = code.replaceAll(/\s+/g, ' ').trim();
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
};

/** The arguments of a call, without parentheses, commas and comments. */
const argumentsOf = (list: SyntaxNode): readonly SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = list.firstChild; child !== null; child = child.nextSibling)
    if (!/^[(),]$|Comment$/.test(child.name)) found.push(child);
  return found;
};

/** The expression of a statement of the program itself whose value is worth showing. */
const shownExpression = (node: SyntaxNode): SyntaxNode | null => {
  if (node.name !== 'ExpressionStatement' || node.parent?.name !== 'Script') return null;
  const expression = node.firstChild;
  // A string alone is a directive, such as 'use strict'.
  return expression === null || /^(String|AssignmentExpression)$/.test(expression.name) ? null : expression;
};

/**
 * Turns TypeScript into JavaScript in which each stage of a `pipe()` tells what goes through it: `x.pipe(a, b)` becomes
 * `__piped(0, x).pipe(a, b)`, whose stages are 0 for `x`, 1 for `a` and 2 for `b`. Only the program, as it runs, knows
 * whether `x` is an Observable. A statement that is an expression tells its value: `f(x);` becomes `__value((f(x)));`.
 */
export const instrument = (source: string): Instrumented => {
  const stages: Stage[] = [];
  const insertions: { readonly at: number; readonly text: string }[] = [];
  typescript.parse(source).iterate({
    enter: ({ node }) => {
      const shown = shownExpression(node);
      if (shown !== null) insertions.push({ at: shown.from, text: '__value((' }, { at: shown.to, text: '))' });
      if (node.name !== 'CallExpression') return;
      const callee = node.firstChild;
      const list = node.getChild('ArgList');
      if (callee?.name !== 'MemberExpression' || list === null) return;
      const property = callee.lastChild;
      if (property === null || source.slice(property.from, property.to) !== 'pipe') return;
      const object = callee.firstChild;
      const operators = argumentsOf(list);
      if (object === null || object.name === 'super' || operators.some(({ name }) => name === 'Spread')) return;
      insertions.push({ at: object.from, text: `__piped(${stages.length}, ` }, { at: object.to, text: ')' });
      for (const { from, to } of [object, ...operators])
        stages.push({ stage: stages.length, label: labelOf(source.slice(from, to)) });
    },
  });
  let code = '';
  let done = 0;
  // Of two at one place the one that was found first: an outer stage begins before an inner one.
  for (const { at, text } of insertions.toSorted((a, b) => a.at - b.at)) {
    code += source.slice(done, at) + text;
    done = at;
  }
  code += source.slice(done);
  return { code: transform(code, { transforms: ['typescript', 'imports'], production: true }).code, stages };
};
