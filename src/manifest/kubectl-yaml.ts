/**
 * YAML as kubectl reads it: 1.2 with the booleans and octal numbers of 1.1, and merge keys.
 * Upstream: sigs.k8s.io/yaml over goyaml.v2 (resolve.go). Left out: numbers with underscores, timestamps (they stay text).
 */
import type {
  CreateNodeOptions,
  DocumentOptions,
  ParseOptions,
  ScalarTag,
  SchemaOptions,
  Tags,
  ToStringOptions,
} from 'yaml';

const boolTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[Yy]|[Yy]es|YES|[Nn]|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$/,
  resolve: (text) => /^(?:y|yes|on)$/i.test(text),
};

const octalTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

const customTags = (tags: Tags): Tags => [boolTag, octalTag, ...tags];

/** `uniqueKeys` so that keys written twice are found; the parser then goes on, and the last one counts. */
export const PARSE_OPTIONS: ParseOptions & DocumentOptions & SchemaOptions = {
  prettyErrors: false,
  uniqueKeys: true,
  merge: true,
  customTags,
};

/** A key that merely looks like a merge is quoted, as all text is that a reader would take for something else. */
const mergeLookAlike: ScalarTag = { tag: '!text', default: true, test: /^<<$/, resolve: (text) => text };

/** Sorted keys, and lists at the column of their key, as `kubectl get -o yaml` prints. */
export const PRINT_OPTIONS: DocumentOptions & SchemaOptions & CreateNodeOptions & ToStringOptions = {
  sortMapEntries: true,
  lineWidth: 0,
  aliasDuplicateObjects: false,
  indentSeq: false,
  customTags: (tags) => [mergeLookAlike, ...customTags(tags)],
};
