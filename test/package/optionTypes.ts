import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The type of an option: a plain type, or one of some words. */
type OptionKind = 'number' | 'boolean' | 'string' | 'choice';

/** An option of an exported function, as the reports of the public surface (`etc/api`) show it. */
export interface TypedOption {
  /** The name of the function, or `new` and the name of the class. */
  readonly call: string;
  /** The types of all parameters, as text. */
  readonly parameters: readonly string[];
  /** The parameter that contains the option, from 0. */
  readonly index: number;
  readonly option: string;
  readonly kinds: ReadonlySet<OptionKind>;
}

interface Member {
  readonly name: string;
  readonly type: ts.TypeNode | undefined;
}

type Declarations = ReadonlyMap<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>;

const report = (entry: string): ts.SourceFile => {
  const text = readFileSync(new URL(`../../etc/api/${entry}.api.md`, import.meta.url), 'utf8');
  return ts.createSourceFile(
    `${entry}.ts`,
    text.split('```ts')[1]?.split('```')[0] ?? '',
    ts.ScriptTarget.Latest,
    true,
  );
};

const propertiesOf = (list: ts.NodeArray<ts.TypeElement>): Member[] =>
  list.filter(ts.isPropertySignature).map(({ name, type }) => ({ name: name.getText(), type }));

/** The properties of a reference to a named type. */
const referenced = (name: string, args: readonly ts.TypeNode[], declarations: Declarations): readonly Member[] => {
  const [of, keys] = args;
  if (name === 'Partial' || name === 'Readonly' || name === 'Optional') return membersOf(of, declarations);
  if (name === 'Omit' || name === 'Pick')
    return membersOf(of, declarations).filter(
      (member) => new RegExp(`["']${member.name}["']`).test(keys?.getText() ?? '') === (name === 'Pick'),
    );
  const declared = declarations.get(name);
  if (declared === undefined) return [];
  if (ts.isTypeAliasDeclaration(declared)) return membersOf(declared.type, declarations);
  const inherited = (declared.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap(({ expression, typeArguments }) =>
      referenced(expression.getText(), [...(typeArguments ?? [])], declarations),
    ),
  );
  return [...inherited, ...propertiesOf(declared.members)];
};

/** The properties of an object type. */
const membersOf = (type: ts.TypeNode | undefined, declarations: Declarations): readonly Member[] => {
  if (type === undefined) return [];
  if (ts.isTypeLiteralNode(type)) return propertiesOf(type.members);
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => membersOf(part, declarations));
  if (ts.isTypeReferenceNode(type))
    return referenced(type.typeName.getText(), [...(type.typeArguments ?? [])], declarations);
  return [];
};

/** The kinds of a type, or undefined if it allows a value of another kind. */
const kindsOf = (type: ts.TypeNode | undefined, declarations: Declarations): readonly OptionKind[] | undefined => {
  switch (type?.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return ['number'];
    case ts.SyntaxKind.BooleanKeyword:
      return ['boolean'];
    case ts.SyntaxKind.StringKeyword:
      return ['string'];
    case ts.SyntaxKind.UndefinedKeyword:
      return [];
  }
  if (type === undefined) return undefined;
  if (ts.isLiteralTypeNode(type)) {
    if (ts.isStringLiteral(type.literal)) return ['choice'];
    if (ts.isNumericLiteral(type.literal)) return ['number'];
    return type.literal.kind === ts.SyntaxKind.NullKeyword ? undefined : ['boolean'];
  }
  if (ts.isUnionTypeNode(type)) {
    const parts = type.types.map((part) => kindsOf(part, declarations));
    return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
  }
  if (ts.isTypeReferenceNode(type)) {
    const declared = declarations.get(type.typeName.getText());
    return declared !== undefined && ts.isTypeAliasDeclaration(declared)
      ? kindsOf(declared.type, declarations)
      : undefined;
  }
  return undefined;
};

/** The parameters that are options: their type, or the type that they pick from, is named so. */
const isOptions = (type: string): boolean => /Options|Settings|ErrorDetails|LiveHeadlineFields|\{/.test(type);

/** Every option of every exported function whose type is a number, a boolean, a text, or some words. */
export const typedOptions = (entries: readonly string[]): readonly TypedOption[] => {
  const files = entries.map(report);
  const declarations = new Map(
    files
      .flatMap(({ statements }) => [...statements])
      .filter((statement) => ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      .map((declared) => [declared.name.text, declared] as const),
  );
  const calls = files
    .flatMap(({ statements }) => [...statements])
    .flatMap((statement): readonly (readonly [string, readonly ts.ParameterDeclaration[]])[] => {
      if (ts.isFunctionDeclaration(statement)) return [[statement.name?.text ?? '', [...statement.parameters]]];
      if (ts.isVariableStatement(statement))
        return statement.declarationList.declarations.flatMap(({ name, type }) =>
          type !== undefined && ts.isFunctionTypeNode(type) ? [[name.getText(), [...type.parameters]] as const] : [],
        );
      if (!ts.isClassDeclaration(statement)) return [];
      const made = statement.members.find(ts.isConstructorDeclaration);
      return made === undefined ? [] : [[`new ${statement.name?.text ?? ''}`, [...made.parameters]]];
    });
  const options = calls.flatMap(([call, parameters]) => {
    const types = parameters.map(({ type }) => type?.getText().replace(/\s+/g, ' ') ?? '');
    return parameters.flatMap(({ type }, index) =>
      isOptions(types[index] ?? '')
        ? membersOf(type, declarations).flatMap(({ name, type: of }): readonly TypedOption[] => {
            const kinds = kindsOf(of, declarations);
            return kinds === undefined || kinds.length === 0
              ? []
              : [{ call, parameters: types, index, option: name, kinds: new Set(kinds) }];
          })
        : [],
    );
  });
  // Overloads of a function share most options.
  return [...new Map(options.map((one) => [`${one.call} ${one.index} ${one.option}`, one])).values()];
};
