/** The texts that the source asks for: all are there, and whoever asks has loaded their area. */

import ts from 'typescript';
import { expect, test } from 'vitest';

type Texts = { [key: string]: string | Texts };

const sources = import.meta.glob<string>(
  ['../**/*.{ts,tsx}', '!../**/*.test.{ts,tsx}', '!../api/schema.d.ts'],
  {
    eager: true,
    query: '?raw',
    import: 'default',
  },
);
const files = import.meta.glob<{ default: Texts }>('./en/*.json', { eager: true });

/** The area that is loaded before anything is shown. */
const ALWAYS = 'common';
const PLURAL = /_(zero|one|two|few|many|other)$/;

/** Keys that are there, such as `queues:setting.name`, by themselves and without their plural form. */
const keys = new Map<string, string>();
/** What they begin with, such as `queues:setting`: one of these is taken if it is there, and is no text by itself. */
const branches = new Set<string>();
for (const [path, file] of Object.entries(files)) collect(file.default, `${areaOf(path)}:`);
const areas = new Set(Object.keys(files).map(areaOf));

function areaOf(path: string): string {
  return path.replace(/^.*\/|\.json$/g, '');
}

function collect(texts: Texts, before: string): void {
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text === 'string') keys.set(before + key, before + key.replace(PLURAL, ''));
    else {
      branches.add(before + key);
      collect(text, `${before}${key}.`);
    }
  }
}

/** A function, a component or a table at the top of a file: what it asks for, and what it makes use of. */
interface Piece {
  readonly where: string;
  /** Keys with `*` for each hole. */
  readonly asked: Set<string>;
  /** null: it loads nothing itself and counts on whoever uses it. */
  loaded: Set<string> | null;
  readonly uses: Set<string>;
}

/** By path and name. */
const pieces = new Map<string, Piece>();
for (const [path, text] of Object.entries(sources)) read(path, text);

function read(path: string, text: string): void {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names = new Map<string, string>();
  for (const statement of file.statements) {
    for (const name of declared(statement)) names.set(name, `${path} ${name}`);
    if (ts.isImportDeclaration(statement))
      for (const [name, id] of imported(path, statement)) names.set(name, id);
  }
  for (const statement of file.statements) {
    const piece = pieceOf(statement, path, names);
    for (const name of declared(statement)) pieces.set(`${path} ${name}`, piece);
  }
}

function declared(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map((each) => each.name.getText());
  const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

function imported(path: string, { moduleSpecifier, importClause }: ts.ImportDeclaration): [string, string][] {
  const bindings = importClause?.namedBindings;
  const from = (moduleSpecifier as ts.StringLiteral).text;
  if (!/^[.~]/.test(from) || bindings === undefined || !ts.isNamedImports(bindings)) return [];
  const folder = new URL(path, 'file:///src/i18n/');
  const target = new URL(from.startsWith('~') ? from.replace('~', '/src') : from, folder).pathname;
  const found = Object.keys(sources).find(
    (each) => new URL(each, 'file:///src/i18n/').pathname.replace(/\.tsx?$/, '') === target,
  );
  return bindings.elements.map((each) => [
    each.name.text,
    `${found} ${(each.propertyName ?? each.name).text}`,
  ]);
}

function pieceOf(statement: ts.Statement, path: string, names: ReadonlyMap<string, string>): Piece {
  const piece: Piece = {
    where: `${path} ${declared(statement)}`,
    asked: new Set(),
    loaded: null,
    uses: new Set(),
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'useTranslation') {
      piece.loaded ??= new Set([ALWAYS]);
      for (const area of node.getText().match(/\w+(?=')/g) ?? []) piece.loaded.add(area);
    } else if (ts.isStringLiteralLike(node)) {
      if (areas.has(node.text.split(':')[0] ?? '') && /^\w+:\S+$/.test(node.text)) piece.asked.add(node.text);
    } else if (ts.isTemplateExpression(node)) {
      const text = node.head.text + node.templateSpans.map((span) => `*${span.literal.text}`).join('');
      if (areas.has(text.split(':')[0] ?? '') && /^\w+:\S+$/.test(text)) piece.asked.add(text);
    } else if (ts.isIdentifier(node)) {
      const used = names.get(node.text);
      if (used !== undefined) piece.uses.add(used);
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return piece;
}

/** All that a piece asks for itself, or by those that it uses and that load nothing themselves. */
function askedBy(piece: Piece, seen = new Set<Piece>()): string[] {
  seen.add(piece);
  const others = [...piece.uses].flatMap((id) => pieces.get(id) ?? []);
  const helpers = others.filter((each) => each.loaded === null && !seen.has(each));
  return [...piece.asked, ...helpers.flatMap((each) => askedBy(each, seen))];
}

/** The keys that are meant: one, its plural forms, or all that a hole may make of it. */
function meant(asked: string): string[] {
  if (!asked.includes('*'))
    return [...keys].flatMap(([key, bare]) => (asked === key || asked === bare ? [key] : []));
  const pattern = asked.split('*').map((part) => part.replace(/[.-]/g, '\\$&'));
  const wanted = new RegExp(`^${pattern.join('[^.:]+')}$`);
  return [...keys].flatMap(([key, bare]) => (wanted.test(key) || wanted.test(bare) ? [key] : []));
}

const all = [...new Set(pieces.values())];

const byAsked = new Map(
  [...new Set(all.flatMap(({ asked }) => [...asked]))]
    .filter((each) => !branches.has(each))
    .map((each) => [each, meant(each)]),
);

test('every text that is asked for is there', () => {
  const missing = all.flatMap(({ where, asked }) =>
    [...asked].filter((each) => byAsked.get(each)?.length === 0).map((key) => `${where}: ${key}`),
  );
  expect(missing).toEqual([]);
});

test('whoever asks for a text has loaded its area', () => {
  const missing = all
    .filter(({ loaded }) => loaded !== null)
    .flatMap((piece) =>
      askedBy(piece)
        .filter((each) => byAsked.has(each) && !piece.loaded?.has(each.split(':')[0] ?? ''))
        .map((key) => `${piece.where}: ${key}`),
    );
  expect([...new Set(missing)]).toEqual([]);
});

test('every text is asked for', () => {
  const asked = new Set([...byAsked.values()].flat());
  expect([...keys.keys()].filter((key) => !asked.has(key))).toEqual([]);
});
