export { checkDocuments, checkManifest, FAULT_LIMIT, faultsOfStatus, nearest } from './check.ts';
export { FAULT_CODES, faultText, valuesOf, type FaultCode, type FaultLanguage } from './fault-texts.ts';
export {
  ALIAS_LIMIT,
  DOCUMENT_LIMIT,
  makeFault,
  parseManifest,
  splitPath,
  TEXT_LIMIT_BYTES,
  toObjects,
  type ManifestDocument,
  type ParsedManifest,
  type Span,
} from './parse.ts';
export { editManifest, type EditedText } from './edit.ts';
export { formatManifest } from './format.ts';
export { stringify, type StringifyOptions } from './stringify.ts';
export type { LiveView } from './text-index.ts';
