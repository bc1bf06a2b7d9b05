export { checkDocuments, checkManifest, faultsOfStatus, type LiveView } from './check.ts';
export {
  DOCUMENT_LIMIT,
  parseManifest,
  splitPath,
  TEXT_LIMIT_BYTES,
  type ManifestDocument,
  type ParsedManifest,
  type Span,
} from './parse.ts';
export { stringify } from './stringify.ts';
