/** Manifests of files, folders and stdin. Upstream: cli-runtime/pkg/resource/visitor.go, apimachinery/pkg/util/yaml. */
import { parseManifest } from '../../../manifest/index.ts';
import type { KubeObject } from '../../../sim/api/object.ts';
import { failure } from '../failure.ts';
import type { Session } from '../session.ts';

export interface ManifestObject {
  readonly object: KubeObject;
  readonly source: string;
}

const EXTENSION = /\.(json|yaml|yml)$/;

export function readManifests(
  session: Session,
  filenames: readonly string[],
  isRecursive: boolean,
): readonly ManifestObject[] {
  return filenames
    .flatMap((name) => filesAt(session, name, isRecursive))
    .flatMap(({ name, text }) => objectsIn(name, text));
}

interface TextFile {
  readonly name: string;
  readonly text: string;
}

function filesAt({ context }: Session, name: string, isRecursive: boolean): readonly TextFile[] {
  if (name === '-') return [{ name: 'STDIN', text: context.stdin }];
  if (/^https?:\/\//.test(name))
    throw failure(`unable to read URL ${JSON.stringify(name)}: nothing outside the cluster is reached from here`);
  const text = context.readFile(name);
  if (text !== undefined) return [{ name, text }];
  const inside = [...context.listFiles(name)].sort();
  if (inside.length === 0) throw failure(`the path ${JSON.stringify(name)} does not exist`);
  const base = name === '.' || name === './' ? '' : `${name.replace(/\/$/, '')}/`;
  return inside
    .filter((file) => EXTENSION.test(file) && (isRecursive || !file.includes('/')))
    .map((file) => ({ name: `${base}${file}`, text: context.readFile(`${base}${file}`) ?? '' }));
}

export function objectsIn(source: string, text: string): readonly ManifestObject[] {
  const { documents, faults } = parseManifest(source, text);
  const wrong = faults.find(({ severity }) => severity === 'error');
  if (wrong) throw failure(`error parsing ${source}: error converting YAML to JSON: yaml: ${wordsOf(wrong)}`);
  if (documents.length === 0) throw failure('no objects passed to apply');
  return documents.flatMap(({ object }) => unfolded(object, source));
}

type Wrong = ReturnType<typeof parseManifest>['faults'][number];

/** As Go's parser says it, as far as it can be told. */
function wordsOf({ code, startLine, message }: Wrong): string {
  if (code === 'yaml.indent') return `line ${Math.max(1, startLine - 1)}: did not find expected key`;
  if (code === 'yaml.tab') return `line ${startLine}: found character that cannot start any token`;
  return `line ${startLine}: ${message}`;
}

/** Labels and annotations are texts; a bare `true` or number is refused before anything is sent. */
function checkTexts({ metadata }: KubeObject, source: string): void {
  for (const field of ['labels', 'annotations'] as const) {
    const wrong = Object.values((metadata?.[field] ?? {}) as Readonly<Record<string, unknown>>).find(
      (value) => typeof value !== 'string' && value !== null,
    );
    if (wrong === undefined) continue;
    const given =
      typeof wrong === 'boolean'
        ? 'bool'
        : typeof wrong === 'number'
          ? 'number'
          : Array.isArray(wrong)
            ? 'array'
            : 'object';
    throw failure(
      `unable to decode ${JSON.stringify(source)}: json: cannot unmarshal ${given} into Go struct field ObjectMeta.metadata.${field} of type string`,
    );
  }
}

function unfolded(object: KubeObject, source: string): readonly ManifestObject[] {
  const { apiVersion, kind, items } = object as KubeObject & { items?: readonly KubeObject[] };
  const missing = !kind ? 'kind' : !apiVersion ? 'apiVersion' : undefined;
  if (missing)
    throw failure(
      `error validating ${JSON.stringify(source)}: error validating data: ${missing} not set; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  if (kind?.endsWith('List') && Array.isArray(items)) return items.flatMap((item) => unfolded(item, source));
  checkTexts(object, source);
  return [{ object, source }];
}
