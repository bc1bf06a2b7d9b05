import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';

const ui = resolve(import.meta.dirname, '../../src/ui');
const sources = readdirSync(ui, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('i18n/') && !path.includes('generated'))
  .map((path) => ({ path, text: readFileSync(join(ui, path), 'utf8') }));

const flat = (value: object, path = ''): readonly (readonly [string, string])[] =>
  Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' ? [[path + key, item] as const] : flat(item as object, `${path}${key}.`),
  );

function walk({ path, text }: { path: string; text: string }, visit: (node: ts.Node) => void): void {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const inside = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, inside);
  };
  inside(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind));
}

/** Terms that are the same in every language: Kubernetes' words and kubectl's columns. */
const TERMS = new Set(['CPU', 'Pod', 'Type', 'Status', 'Reason', 'Age', 'From', 'Message', 'Warning', 'managedFields']);
/** Words that a reader would read: not a sign, not a term. */
const isProse = (text: string): boolean => (text.match(/\p{L}{2,}/gu) ?? []).some((word) => !TERMS.has(word));

/** Codes of refusals that a piece of code gives: a fault of the run, of a scenario, of the options, a notice, or a message to the page. */
function refusedBy(node: ts.Node, path: string): readonly string[] {
  const literal = (given: ts.Node | undefined): readonly string[] =>
    given && ts.isStringLiteralLike(given) ? [given.text] : [];
  const codeIn = (given: ts.Node | undefined): readonly string[] => {
    if (!given || !ts.isObjectLiteralExpression(given)) return [];
    const found = given.properties.find((item) => item.name?.getText() === 'code');
    return found && ts.isPropertyAssignment(found) ? literal(found.initializer) : [];
  };
  if (ts.isNewExpression(node) && node.expression.getText() === 'RunFault') return literal(node.arguments?.[0]);
  if (ts.isCallExpression(node) && node.expression.getText() === 'notify') return codeIn(node.arguments[0]);
  if (ts.isCallExpression(node) && node.expression.getText() === 'fault')
    return literal(node.arguments[1]).map(
      (code) => `${path === 'scenario.ts' ? 'scenario.expected' : 'options'}.${code}`,
    );
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'fault') return codeIn(node.initializer);
  return [];
}

describe('the texts of the page', () => {
  const english = new Map(flat(en));

  it('are the same in both languages, key by key and value by value', () => {
    const korean = new Map(flat(ko));
    expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
    const values = (text: string): readonly string[] =>
      [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!))].sort();
    for (const [key, text] of english) expect([key, values(korean.get(key)!)]).toEqual([key, values(text)]);
  });

  it('are all used', () => {
    const literals = new Set<string>();
    const patterns: RegExp[] = [];
    for (const source of sources) {
      walk(source, (node) => {
        if (ts.isStringLiteralLike(node)) literals.add(node.text);
        if (!ts.isTemplateExpression(node)) return;
        const fixed = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
        if (fixed[0]!.includes('.') && fixed.every((part) => /^[\w.-]*$/.test(part))) {
          patterns.push(new RegExp(`^${fixed.map((part) => part.replaceAll('.', '\\.')).join('.+')}$`));
        }
      });
    }
    // Plural forms and the like are found by the key without their ending.
    const isUsed = (key: string): boolean =>
      literals.has(key) ||
      patterns.some((pattern) => pattern.test(key)) ||
      literals.has(key.replace(/_(one|other)$/, ''));
    expect([...english.keys()].filter((key) => !isUsed(key))).toEqual([]);
  });

  it('are there for everything that is refused', () => {
    const root = resolve(ui, '..');
    const refused = new Set<string>();
    for (const room of ['run', 'worker', 'ui', 'sim/azure']) {
      for (const path of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
        if (!/\.tsx?$/.test(path) || /generated|i18n/.test(path)) continue;
        walk({ path, text: readFileSync(join(root, room, path), 'utf8') }, (node) => {
          for (const code of refusedBy(node, path)) refused.add(code);
        });
      }
    }
    expect(refused).toContain('fault.unknownComponent');
    expect(refused).toContain('options.region');
    expect(refused).toContain('kubectl.notLoaded');
    expect(refused).toContain('file.tooLarge');
    expect([...refused].filter((code) => !english.has(`refusal.${code}`)).sort()).toEqual([]);
  });

  it('stand nowhere in the components themselves', () => {
    const found: string[] = [];
    for (const source of sources.filter(({ path }) => path.endsWith('.tsx'))) {
      walk(source, (node) => {
        if (ts.isJsxText(node) && isProse(node.text)) found.push(`${source.path}: ${node.text.trim()}`);
        if (!ts.isJsxAttribute(node) || !/^(aria-label|title|placeholder|alt|label|hint)$/.test(node.name.getText()))
          return;
        const value = node.initializer;
        if (value && ts.isStringLiteral(value) && isProse(value.text)) found.push(`${source.path}: ${value.text}`);
      });
    }
    expect(found).toEqual([]);
  });
});
