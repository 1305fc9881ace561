import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { root } from './fences.js';

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

const entries = [
  ...readdirSync(join(root, 'src/entries')).map((name) => join(root, 'src/entries', name)),
  join(root, 'src/testing/index.ts'),
];

/** The names that the entries export, by the file that declares them. */
const exported = new Map<string, Set<string>>();
for (const entry of entries)
  for (const statement of parse(entry).statements) {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) continue;
    if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!ts.isNamedExports(statement.exportClause)) continue;
    const file = resolve(entry, '..', statement.moduleSpecifier.text.replace(/\.js$/, '.ts'));
    const names = exported.get(file) ?? new Set();
    for (const { name, propertyName } of statement.exportClause.elements) names.add((propertyName ?? name).text);
    exported.set(file, names);
  }

interface ExportedFunction {
  readonly name: string;
  readonly code: string;
  readonly comment: string;
}

/** The function that a statement declares, under its name. */
const functionOf = (statement: ts.Statement): { readonly name: string; readonly node: ts.Node } | undefined => {
  if (ts.isFunctionDeclaration(statement) && statement.body !== undefined && statement.name !== undefined)
    return { name: statement.name.text, node: statement };
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : undefined;
  return declared?.initializer !== undefined &&
    ts.isArrowFunction(declared.initializer) &&
    ts.isIdentifier(declared.name)
    ? { name: declared.name.text, node: declared }
    : undefined;
};

const functions = [...exported].flatMap(([file, names]) => {
  const { statements, text } = parse(file);
  return statements.flatMap((statement): readonly ExportedFunction[] => {
    const { name, node } = functionOf(statement) ?? {};
    if (name === undefined || node === undefined || !names.has(name)) return [];
    // Of an overloaded function, the comments of all its signatures.
    const comments = statements
      .filter((other) => other === statement || (ts.isFunctionDeclaration(other) && other.name?.text === name))
      .flatMap((other) => ts.getLeadingCommentRanges(text, other.pos) ?? [])
      .map(({ pos, end }) => text.slice(pos, end));
    return [{ name, code: node.getText(), comment: comments.join('\n') }];
  });
});

it('shows every exported function in an example', () => {
  expect(functions.length).toBeGreaterThan(100);
  expect(functions.filter(({ comment }) => !comment.includes('@example')).map(({ name }) => name)).toEqual([]);
});

it('says of every exported function that checks its arguments that it throws HW_USAGE', () => {
  const checked = functions.filter(({ name, code }) => new RegExp(`\\bcheck\\w+\\(\\s*'${name}'`).test(code));
  expect(checked.length).toBeGreaterThan(100);
  expect(checked.filter(({ comment }) => !comment.includes('HW_USAGE')).map(({ name }) => name)).toEqual([]);
});

/** What says of an option what happens when it is left out. */
const SAYS_DEFAULT = /[Dd]efault|[Ww]ithout (?:it|one)|[Ii]f not given|[Nn]ot given|`undefined`/;

it('says of every option of an export what happens without it', () => {
  const options = [...exported].flatMap(([file, names]) =>
    parse(file).statements.flatMap((statement) => {
      if (!ts.isInterfaceDeclaration(statement)) return [];
      const { name, members } = statement;
      if (!names.has(name.text) || !name.text.endsWith('Options')) return [];
      return members
        .filter((member) => ts.isPropertySignature(member) && member.questionToken !== undefined)
        .map((member) => ({
          option: `${name.text}.${member.name?.getText() ?? ''}`,
          comment: ts
            .getJSDocCommentsAndTags(member)
            .map((comment) => comment.getText())
            .join('\n'),
        }));
    }),
  );
  expect(options.length).toBeGreaterThan(400);
  expect(options.filter(({ comment }) => !SAYS_DEFAULT.test(comment)).map(({ option }) => option)).toEqual([]);
});
