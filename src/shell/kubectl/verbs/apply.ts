/**
 * `kubectl apply`. Upstream: kubectl/pkg/cmd/apply/{apply,patcher,prune}.go.
 * Left out: `--force` by deletion, ApplySets.
 */
import type { KubeObject } from '../../../sim/api/object.ts';
import { threeWayPatch } from '../../../sim/apiserver/patch/strategic-merge.ts';
import { createObject, during, each, sendPatch, strictQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { selectionOf, targetsOf, type Target } from '../client/infos.ts';
import type { CommandFailure } from '../failure.ts';
import { failure, ServerRefusal, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';
import { goJson, isMapping, type Fields } from '../../../sim/api/go-json.ts';
import { lastAppliedOf, withLastApplied } from '../../../sim/client/index.ts';
import { migrateManagers } from './manager-migration.ts';
import { allowedKinds, prune } from './prune.ts';

export const APPLY_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} server-side:bool force-conflicts:bool field-manager selector/l all:bool prune:bool
  prune-allowlist:array overwrite:bool=true openapi-patch:bool=true validate?strict=strict cascade?background=background force:bool
  grace-period:int=-1 timeout:duration=0s wait:bool subresource applyset`);

export function apply(session: Session): void {
  const { flags } = session;
  const { args } = flags;
  if (args.length > 0)
    throw failure(`Unexpected args: [${args.join(' ')}]\nSee '${session.command} -h' for help and examples`);
  if (flags.all('filename').length === 0 && !flags.text('kustomize')) throw failure('must specify one of -f and -k');
  checkFlags(session);
  const allowed = flags.bool('prune') ? allowedKinds(session) : [];
  const failures: Error[] = [];
  const seen: { readonly target: Target; readonly uid: string }[] = [];
  const targets = targetsOf(session, selectionOf(session, []));
  if (targets.length === 0) throw failure('no objects passed to apply');
  const tell = changePrinter(session);
  each(targets, failures, (target) => {
    const applied = flags.bool('server-side') ? serverSide(session, target, tell) : clientSide(session, target, tell);
    seen.push({ target, uid: applied.metadata?.uid ?? '' });
  });
  throwAll(failures);
  if (flags.bool('prune')) prune(session, seen, allowed);
}

function checkFlags({ flags, dryRun }: Session): void {
  if (flags.bool('force-conflicts') && !flags.bool('server-side'))
    throw failure('--force-conflicts only works with --server-side');
  if (dryRun === 'client' && flags.bool('server-side'))
    throw failure("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  if (flags.bool('prune') && !flags.bool('all') && !flags.text('selector'))
    throw failure(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
}

type Tell = (operation: string, object: unknown) => void;

function serverSide(session: Session, { resource, namespace, name = '', object }: Target, tell: Tell): Live {
  const { flags } = session;
  const query = { ...strictQuery(session, 'kubectl'), force: flags.bool('force-conflicts') };
  const place = { resource, namespace, name };
  const send = (): Live => sendPatch(session, place, 'apply', object, query);
  const sent = first(send);
  const applied = migrateManagers(session, place, sent, send);
  tell('serverside-applied', applied);
  return applied;
}

function first(send: () => Live): Live {
  try {
    return send();
  } catch (error) {
    if (error instanceof ServerRefusal && error.status.reason === 'Conflict') throw conflictFailure(error);
    throw error;
  }
}

function conflictFailure({ status }: ServerRefusal): CommandFailure {
  return failure(`${status.message}
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`);
}

function clientSide(session: Session, target: Target, tell: Tell): KubeObject {
  const { resource, namespace, name = '', object, source } = target;
  const shown = JSON.stringify(source);
  const live = name ? session.rest.find<Live>(resource, namespace, name) : undefined;
  const modified = withLastApplied(object!);
  if (!live) {
    const made =
      session.dryRun === 'client'
        ? modified
        : during(`error when creating ${shown}`, () =>
            createObject(session, resource, namespace, modified, strictQuery(session, 'kubectl-client-side-apply')),
          );
    tell('created', made);
    return made;
  }
  if (session.dryRun === 'client') {
    tell('configured', live);
    return live;
  }
  if (lastAppliedOf(live) === undefined) session.complain(missingAnnotation(target));
  const patch = patchFor(target, live, modified);
  if (Object.keys(patch).length === 0) {
    tell('unchanged', live);
    return live;
  }
  const patched = patchLive(session, target, patch);
  if (patched.metadata.deletionTimestamp)
    session.complain(`Warning: Detected changes to resource ${name} which is currently being deleted.`);
  tell('configured', patched);
  return patched;
}

function patchLive(session: Session, { resource, namespace, name = '', source }: Target, patch: Fields): Live {
  const isCustom = resource.group.includes('.') && !resource.group.endsWith('.k8s.io');
  const query = strictQuery(session, 'kubectl-client-side-apply');
  const { group, plural, kind } = resource;
  const described = `Resource: ${JSON.stringify(`${group}/${resource.version}, Resource=${plural}`)}, GroupVersionKind: ${JSON.stringify(`${group}/${resource.version}, Kind=${kind}`)}\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace)}`;
  return during(
    `error when applying patch:\n${goJson(patch)}\nto:\n${described}\nfor: ${JSON.stringify(source)}: error when patching ${JSON.stringify(source)}`,
    () => sendPatch(session, { resource, namespace, name }, isCustom ? 'merge' : 'strategic', patch, query),
  );
}

/** What is to be sent: deletions of what was applied before, additions of what is not there yet. */
export function patchFor({ resource }: Target, live: KubeObject, modified: KubeObject): Fields {
  const original = parsedAnnotation(live);
  const isCustom = resource.group.includes('.') && !resource.group.endsWith('.k8s.io');
  if (isCustom) return mergeThreeWay(original, modified as Fields, live as Fields);
  const patch = threeWayPatch(resource.kind, original, modified as Fields, live as Fields);
  const { spec } = modified as { spec?: { selector?: object } };
  // The selector of a budget is replaced as a whole, and so is sent whether it has changed or not.
  if (resource.kind === 'PodDisruptionBudget' && spec?.selector && Object.keys(patch).length === 0)
    return { spec: { selector: { ...spec.selector, $patch: 'replace' } } };
  return patch;
}

function parsedAnnotation(live: KubeObject): Fields {
  const text = lastAppliedOf(live);
  if (!text) return {};
  try {
    return JSON.parse(text) as Fields;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failure(`unmarshalling last applied configuration failed: ${error.message}`);
  }
}

/** For kinds whose lists nobody knows how to merge. */
function mergeThreeWay(original: Fields, modified: Fields, live: Fields): Fields {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(modified)) {
    const now = live[key];
    if (isMapping(value) && isMapping(now)) {
      const before = original[key];
      const inner = mergeThreeWay(isMapping(before) ? before : {}, value, now);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (goJson(value) !== goJson(now)) patch[key] = value;
  }
  for (const key of Object.keys(original)) if (!(key in modified) && key in live) patch[key] = null;
  return patch;
}

function missingAnnotation({ resource, name }: Target): string {
  return `Warning: resource ${resource.plural}/${name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`;
}
