/** A text in tidy form: two spaces a level, lists indented within their key, comments kept. */
import { parseAllDocuments } from 'yaml';
import { PARSE_OPTIONS } from './kubectl-yaml.ts';

/** Undefined when a document cannot be read: a text that is half understood is better left as it is. */
export function formatManifest(text: string): string | undefined {
  const documents = parseAllDocuments(text, PARSE_OPTIONS);
  if (!Array.isArray(documents)) return text;
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  const parts = documents.map((document) => {
    document.directives.docStart = null;
    return document.toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: false }).replace(/\n+$/, '\n');
  });
  return parts.filter((part) => part.trim() !== '' && part.trim() !== 'null').join('---\n');
}
