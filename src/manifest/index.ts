export { checkDocuments, checkManifest, FAULT_LIMIT, faultsOfStatus } from './check.ts';
export { FAULT_CODES, faultText, valuesOf, type FaultCode, type FaultLanguage } from './fault-texts.ts';
export {
  ALIAS_LIMIT,
  DOCUMENT_LIMIT,
  parseManifest,
  splitPath,
  TEXT_LIMIT_BYTES,
  toObjects,
  type ManifestDocument,
  type ParsedManifest,
  type Span,
} from './parse.ts';
export { formatManifest } from './format.ts';
export { stringify, type StringifyOptions } from './stringify.ts';
export type { LiveView } from './text-index.ts';
