/** What the API server knows of a kind. The registry (kinds/index.ts) holds one definition a file. */
import type { KubeObject, Stored } from './object.ts';
import type { FieldError } from './status.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface Column<T extends KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority: number;
  cell(object: Stored<T>, context: ColumnContext): string | number | boolean;
}

export interface ColumnContext {
  /** Virtual wall time, milliseconds since 1970: ages are measured from it. */
  readonly nowEpochMs: number;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly Verb[];
}

/** What the strategies may ask of the rest of the server. Look-ups are by resource, namespace and name. */
export interface StrategyContext {
  readonly nowEpochMs: number;
  formatTime(): string;
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
  list(resource: string, namespace?: string): Iterable<Stored>;
  /** Who asks. */
  readonly user: {
    readonly name: string;
    readonly groups: readonly string[];
    readonly uid?: string;
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

/** How a version that objects are not kept in becomes the one that they are kept in, and back. Neither changes what it is given. */
export interface Conversion {
  readonly kept: KindDefinition;
  toKept(object: KubeObject): KubeObject;
  fromKept(object: Stored): Stored;
  /** Fields that can be selected by, to what the kept version calls them; its own names when there are none. */
  readonly fieldLabels?: Readonly<Record<string, string>>;
}

export interface KindDefinition<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly isNamespaced: boolean;
  readonly verbs?: readonly Verb[];
  readonly subresources?: readonly Subresource[];
  /** It is there for the sake of its subresources: objects of another group, as custom metrics tell of them. */
  readonly servesOnlySubresources?: boolean;
  /** Key space in etcd: `/registry/<prefix>/...`; upstream has exceptions such as `minions` for nodes. */
  readonly etcdPrefix?: string;
  readonly nameRule?: 'subdomain' | 'label' | 'dns1035' | 'path';
  /** Whether something acts on it (`simulated`), or it is validated, stored and shown only (`stored`). */
  readonly support: 'simulated' | 'stored';
  /** What is left out, for the support table; an i18n key is derived from the resource name. */
  readonly hasGeneration?: boolean;
  /** PUT to a name that does not exist creates it. */
  readonly canCreateOnUpdate?: boolean;
  /** PUT without a resourceVersion is refused. */
  readonly needsResourceVersion?: boolean;
  readonly defaultPropagation?: 'Background' | 'Orphan';
  /** Said in a warning with every answer. */
  readonly deprecation?: string;
  /** Of a version that objects are only shown and written in; what is acted upon is the kept form. */
  readonly conversion?: Conversion;
  /** Asked and answered, never stored. */
  readonly isReview?: boolean;

  /** Fills in what is missing. `object` is a draft of its own; parts shared with a stored object are complete already. */
  applyDefaults?(object: T): void;
  /** Resets what a client may not set on create (status), on the draft. */
  prepareForCreate?(object: T, context: StrategyContext): void;
  /** Puts back what a client may not change on this path (status on the main endpoint), on the draft. */
  prepareForUpdate?(next: T, old: Stored<T>, context: StrategyContext): void;
  validate?(object: T): readonly FieldError[];
  /** What only a new object must be, beyond what `validate` says. */
  validateCreate?(object: T): readonly FieldError[];
  validateUpdate?(next: T, old: Stored<T>): readonly FieldError[];
  /** Seconds of grace of a first deletion; undefined for kinds that go at once. */
  gracePeriodSeconds?(object: Stored<T>, requested: number | undefined): number;
  /** Values for field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  readonly columns?: readonly Column<T>[];
}

/** `pods`, `deployments.apps`. */
export function resourceName(kind: Pick<KindDefinition, 'plural' | 'group'>): string {
  return kind.group ? `${kind.plural}.${kind.group}` : kind.plural;
}

export function apiVersionOf(kind: Pick<KindDefinition, 'group' | 'version'>): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}

/** All kinds that the server knows, found by resource name or by apiVersion and kind. */
export interface KindRegistry {
  /** By `pods`, `deployments.apps`. */
  byResource(resource: string): KindDefinition | undefined;
  byGvk(apiVersion: string, kind: string): KindDefinition | undefined;
  all(): readonly KindDefinition[];
  /** Further versions of some of these kinds, in which no object is kept. */
  versions(): readonly KindDefinition[];
}
