/**
 * YAML that a client sends, as JSON: of a text that nobody vouches for, so what it may cost has limits. Upstream:
 * sigs.k8s.io/yaml (YAMLToJSON, YAMLToJSONStrict), go.yaml.in/yaml.
 */
import { Composer, isScalar, Lexer, LineCounter, Parser, visit, type Document } from 'yaml';

/** Nothing that is nested deeper is accepted by the API; the reader calls itself once a level. */
const DEPTH_LIMIT = 128;
/** Signs of a text: reading that many takes about a second, in which the server does nothing else. */
const SIGN_LIMIT = 100_000;
/** Aliases that may be followed. */
const ALIAS_LIMIT = 100;

export class YamlFault extends Error {}

export interface YamlBody {
  readonly json: string;
  /** `line 3: key "a" already set in map`; the last one counts. */
  readonly duplicates: readonly string[];
}

/** Throws a `YamlFault` for a text that is no YAML, or too much of it. Only its first document is looked at. */
export function jsonOfYaml(text: string): YamlBody {
  const counter = new LineCounter();
  const document = documentOf(text, counter);
  const [fault] = document.errors;
  if (fault) throw new YamlFault(`line ${counter.linePos(fault.pos[0]).line}: ${fault.message.split('\n')[0]}`);
  return { json: jsonOf(document), duplicates: duplicatesIn(document, counter) };
}

function documentOf(text: string, counter: LineCounter): Document.Parsed {
  const composer = new Composer({ lineCounter: counter, logLevel: 'silent', merge: true, uniqueKeys: false });
  for (const document of composer.compose(tokensOf(text, counter), true, text.length)) return document;
  throw new YamlFault('no document');
}

function* tokensOf(text: string, counter: LineCounter): ReturnType<Parser['parse']> {
  const parser = new Parser(counter.addNewLine);
  let signs = 0;
  counter.addNewLine(0);
  for (const sign of new Lexer().lex(text)) {
    signs += 1;
    if (signs > SIGN_LIMIT) throw new YamlFault('document is too large to be read as YAML; send it as JSON');
    yield* parser.next(sign);
    if (parser.stack.length > DEPTH_LIMIT) throw new YamlFault(`exceeded max depth of ${DEPTH_LIMIT}`);
  }
  yield* parser.end();
}

function jsonOf(document: Document.Parsed): string {
  try {
    return JSON.stringify(document.toJS({ maxAliasCount: ALIAS_LIMIT })) ?? 'null';
  } catch (error) {
    // JSON has no words for a value that is a part of itself.
    if (error instanceof TypeError) throw new YamlFault('anchor value contains itself');
    if (!(error instanceof ReferenceError)) throw error;
    const isBomb = error.message.startsWith('Excessive alias count');
    throw new YamlFault(isBomb ? 'document contains excessive aliasing' : error.message);
  }
}

function duplicatesIn(document: Document.Parsed, counter: LineCounter): readonly string[] {
  const found: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const names = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const { line } = counter.linePos(key.range?.[0] ?? 0);
        if (names.has(key.value))
          found.push(`line ${line}: key ${JSON.stringify(String(key.value))} already set in map`);
        names.add(key.value);
      }
    },
  });
  return found;
}
