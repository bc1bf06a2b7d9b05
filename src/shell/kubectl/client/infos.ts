/**
 * From arguments and files to objects. Upstream: cli-runtime/pkg/resource/{builder,visitor,helper}.go.
 * Left out: URLs as files, kustomizations.
 */
import type { KubeObject } from '../../../sim/api/object.ts';
import { failure, ManyFailures, ServerRefusal, usageFailure, CommandFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import type { Resource } from './discovery.ts';
import { readManifests } from './manifests.ts';

/** One thing that a command is about: an object by its name, or all of a kind. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  /** Absent for a list. */
  readonly name?: string;
  /** As a file gives it. */
  readonly object?: KubeObject;
  /** The file it comes from. */
  readonly source?: string;
}

export interface Selection {
  readonly args: readonly string[];
  readonly filenames?: readonly string[];
  readonly isRecursive?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  /** Types without names mean all of them. */
  readonly selectsAll?: boolean;
  readonly allNamespaces?: boolean;
  /** A type without a name, selector or `--all` is refused. */
  readonly needsName?: boolean;
}

const MIXED =
  "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

export function selectionOf({ flags }: Session, args: readonly string[] = flags.args): Selection {
  return {
    args,
    filenames: [...flags.all('filename'), ...flags.all('kustomize').map(kustomized)],
    isRecursive: flags.bool('recursive'),
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
  };
}

function kustomized(folder: string): never {
  throw failure(`kustomizations are not built here: give the manifests of ${JSON.stringify(folder)} with -f`);
}

export function targetsOf(session: Session, selection: Selection): readonly Target[] {
  const { filenames = [], args } = selection;
  if (filenames.length === 0) return argTargets(session, selection);
  if (args.length > 0)
    throw failure('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
  if (selection.selector) {
    const items = fileTargets(session, filenames, selection.isRecursive ?? false);
    return items.filter(({ object }) => hasLabels(object, selection.selector ?? ''));
  }
  return fileTargets(session, filenames, selection.isRecursive ?? false);
}

function argTargets(session: Session, selection: Selection): readonly Target[] {
  const { args, selector, fieldSelector } = selection;
  const hasSlash = args.some((arg) => arg.includes('/'));
  if (hasSlash) {
    if (args.some((arg) => !arg.includes('/'))) throw failure(MIXED);
    if (selector) throw failure('selectors and the all flag cannot be used when passing resource/name arguments');
    return pairTargets(session, selection);
  }
  const [types = '', ...names] = args;
  const resources = typesOf(session, types);
  if (names.length > 0) {
    if (selector || fieldSelector) throw failure('name cannot be provided when a selector is specified');
    return named(session, selection, resources, names);
  }
  const isWide = selector || fieldSelector || selection.selectsAll;
  if (!isWide && selection.needsName) throw failure('resource(s) were provided, but no name was specified');
  return resources.map((resource) => ({ resource, namespace: scopeOf(session, resource, selection.allNamespaces) }));
}

function pairTargets(session: Session, selection: Selection): readonly Target[] {
  return selection.args.flatMap((arg) => {
    const parts = arg.split('/');
    const [type = '', name = ''] = parts;
    if (parts.length !== 2) throw failure(`arguments in resource/name form may not have more than one slash`);
    if (type === '' || name === '')
      throw failure('arguments in resource/name form must have a single resource and name');
    return named(session, selection, typesOf(session, type), [name]);
  });
}

function named(
  session: Session,
  { allNamespaces }: Selection,
  resources: readonly Resource[],
  names: readonly string[],
): readonly Target[] {
  if (allNamespaces) throw failure('a resource cannot be retrieved by name across all namespaces');
  return resources.flatMap((resource) =>
    names.map((name) => ({ resource, namespace: scopeOf(session, resource, false), name })),
  );
}

export function typesOf({ discovery }: Session, text: string): readonly Resource[] {
  const seen = new Set<Resource>();
  for (const type of text.split(',')) {
    if (type === '') throw failure(`resource types and names can't be empty`);
    const category = discovery.inCategory(type);
    if (category.length > 0 && !discovery.find(type)) for (const item of category) seen.add(item);
    else seen.add(discovery.named(type));
  }
  return [...seen];
}

const scopeOf = ({ namespace }: Session, resource: Resource, isWide = false): string =>
  resource.isNamespaced && !isWide ? namespace : '';

function fileTargets(session: Session, filenames: readonly string[], isRecursive: boolean): readonly Target[] {
  const failures: Error[] = [];
  const targets = readManifests(session, filenames, isRecursive).flatMap(({ object, source }) => {
    try {
      return [targetOf(session, object, source)];
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failures.push(error);
      return [];
    }
  });
  if (failures.length > 0) throw new ManyFailures(failures);
  return targets;
}

export function targetOf(session: Session, object: KubeObject, source: string): Target {
  const { apiVersion = '', kind = '', metadata } = object;
  const resource = session.discovery.byKind(apiVersion, kind);
  if (!resource) {
    const place = `name: ${JSON.stringify(metadata?.name ?? '')} namespace: ${JSON.stringify(metadata?.namespace ?? '')}`;
    throw new CommandFailure(
      `error: resource mapping not found for ${place} from ${JSON.stringify(source)}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
    );
  }
  const given = metadata?.namespace ?? '';
  if (resource.isNamespaced && given && session.isNamespaceGiven && given !== session.namespace)
    throw failure(
      `the namespace from the provided object ${JSON.stringify(given)} does not match the namespace ${JSON.stringify(session.namespace)}. You must pass '--namespace=${given}' to perform this operation.`,
    );
  const namespace = resource.isNamespaced ? given || session.namespace : '';
  const placed = resource.isNamespaced && !given ? { ...object, metadata: { ...metadata, namespace } } : object;
  const name = metadata?.name;
  return { resource, namespace, source, object: placed, ...(name ? { name } : {}) };
}

function hasLabels(object: KubeObject | undefined, selector: string): boolean {
  const labels = object?.metadata?.labels ?? {};
  return selector.split(',').every((term) => {
    const [key = '', value] = term.split(/==?/);
    return value === undefined ? key in labels : labels[key] === value;
  });
}

export interface Found extends Target {
  readonly name: string;
  readonly object: KubeObject;
}

/** The live objects of the targets, lists unfolded. What is refused is gathered in `failures`, and the rest goes on. */
export function liveObjects(session: Session, selection: Selection, failures: Error[]): readonly Found[] {
  return targetsOf(session, selection).flatMap((target) => {
    try {
      return foundAt(session, selection, target);
    } catch (error) {
      if (!(error instanceof ServerRefusal)) throw error;
      failures.push(error);
      return [];
    }
  });
}

export function foundAt({ rest }: Session, selection: Selection, target: Target): readonly Found[] {
  const { resource, namespace, name } = target;
  if (name !== undefined) return [{ ...target, name, object: rest.get(resource, namespace, name) }];
  const query = { labelSelector: selection.selector, fieldSelector: selection.fieldSelector, limit: 500 };
  const listed = asked(resource, selection, () => rest.list(resource, namespace, query));
  const apiVersion = listed.apiVersion ?? '';
  return listed.items.map((item) => ({
    resource,
    namespace: item.metadata?.namespace ?? '',
    name: item.metadata?.name ?? '',
    object: { apiVersion, kind: resource.kind, ...item },
  }));
}

/** A list that is refused for its selectors names them. Upstream: selector.go (enhanceListError). */
export function asked<T>(resource: Resource, { selector = '', fieldSelector = '' }: Selection, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof ServerRefusal) || (!selector && !fieldSelector)) throw error;
    const { reason } = error.status;
    if (reason !== 'BadRequest' && reason !== 'NotFound') throw error;
    const { group, version, plural } = resource;
    const name = `${group}/${version}, Resource=${plural}`;
    throw new ServerRefusal({
      ...error.status,
      message: `Unable to find ${JSON.stringify(name)} that match label selector ${JSON.stringify(selector)}, field selector ${JSON.stringify(fieldSelector)}: ${error.status.message}`,
    });
  }
}

/** Upstream: cli-runtime/pkg/resource/builder.go (missingResourceError). */
export function needsSomething({ flags }: Session): void {
  if (flags.args.length === 0 && flags.all('filename').length === 0 && !flags.text('kustomize'))
    throw failure(
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    );
}

export const needsResources = (session: Session, message: string): void => {
  const { flags, command } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0 && !flags.text('kustomize'))
    throw usageFailure(command, message);
};

export const shownName = ({ resource, name }: { readonly resource: Resource; readonly name: string }): string =>
  `${kindOf(resource)}/${name}`;
const kindOf = ({ kind, group }: Resource): string => (group ? `${kind.toLowerCase()}.${group}` : kind.toLowerCase());
