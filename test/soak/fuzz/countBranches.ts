import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import ts from 'typescript';
import { COUNTERS, MOST_BRANCHES } from './BranchCounts.js';

/** Text that is put into a file, at a place of the file. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

const LOGICAL = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

const branchesOf = (node: ts.Node): readonly (ts.Node | undefined)[] => {
  if (ts.isFunctionLike(node)) return 'body' in node ? [node.body] : [];
  if (ts.isIfStatement(node)) return [node.thenStatement, node.elseStatement];
  if (ts.isIterationStatement(node, false)) return [node.statement];
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind)) return [node.right];
  if (ts.isTryStatement(node)) return [node.finallyBlock];
  if (ts.isCatchClause(node)) return [node.block];
  if (ts.isCaseOrDefaultClause(node)) return node.statements.slice(0, 1);
  return [];
};

/** Puts a counter into every branch of a file: bodies of functions and loops, cases, and operands. */
const withCounters = (path: string, source: string, next: () => number): string => {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true);
  const insertions: Insertion[] = [];
  const count = (branch: ts.Node): void => {
    const counter = `${COUNTERS}[${next()}]++`;
    const [start, end] = [branch.getStart(file), branch.end];
    if (ts.isBlock(branch)) insertions.push({ at: start + 1, text: `${counter};` });
    else if (ts.isCaseOrDefaultClause(branch.parent)) insertions.push({ at: start, text: `${counter};` });
    else if (ts.isStatement(branch)) insertions.push({ at: start, text: `{${counter};` }, { at: end, text: '}' });
    else insertions.push({ at: start, text: `(${counter},` }, { at: end, text: ')' });
  };
  const visit = (node: ts.Node): void => {
    for (const branch of branchesOf(node)) if (branch !== undefined) count(branch);
    ts.forEachChild(node, visit);
  };
  visit(file);
  // Later places first. At the same place, what begins an outer branch stands before what begins an inner one.
  let text = source;
  for (const { at, text: inserted } of insertions
    .map((insertion, order) => ({ ...insertion, order }))
    .toSorted((a, b) => b.at - a.at || b.order - a.order))
    text = text.slice(0, at) + inserted + text.slice(at);
  return text;
};

/** Counts how often each branch of `src` runs, in `globalThis[COUNTERS]`. */
export const countBranches = (): Plugin => ({
  name: 'count-branches',
  setup: (build) => {
    let branches = 0;
    const next = (): number => (branches += 1) % MOST_BRANCHES;
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: withCounters(path, readFileSync(path, 'utf8'), next),
      loader: 'ts',
    }));
  },
});
