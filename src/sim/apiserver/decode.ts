/** From a request's body to an object of the right kind. Upstream: apiserver/pkg/endpoints/handlers/{create,rest}.go. */
import type { Pod } from 'kubernetes-types/core/v1';
import { conformed } from '../api/conform.ts';
import { apiVersionOf } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { validateSchema } from '../api/schema.ts';
import { badRequest } from '../api/status.ts';
import { emptyBody } from './body-faults.ts';
import { note, refuse, type RequestContext } from './context.ts';
import { kept } from './versions.ts';
import { converterText, patchFault } from './patch/patched-faults.ts';
import { knownPodSpec, podSpecText, rememberPodSpec } from './pod-spec-texts.ts';

/** Nesting beyond this is refused before anything looks at it. */
const DEPTH_LIMIT = 128;

export function decodeBody(context: RequestContext, body: unknown): KubeObject {
  const { served: kind, request } = context;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(context, 'decode', emptyBody(kind.kind));
  }
  const object = body as KubeObject;
  if (request.isTyped) {
    note(context, 'decode', 'ok');
    return object;
  }
  const wanted = apiVersionOf(kind);
  if (object.apiVersion !== undefined && object.apiVersion !== wanted) {
    refuse(
      context,
      'decode',
      badRequest(
        `the API version in the data (${object.apiVersion}) does not match the expected API version (${wanted})`,
      ),
    );
  }
  if (object.kind !== undefined && object.kind !== kind.kind) {
    refuse(context, 'decode', badRequest(mismatch(context, object.kind)));
  }
  if (request.patchType === 'apply') {
    checkSchema(context, object);
    return kept(kind, conformed(kind, object, 'applied'));
  }
  return kept(kind, decoded(context, object));
}

/** As the server holds it. A Pod's spec that has been found right before is the one of then, and not looked at again. */
function decoded(context: RequestContext, object: KubeObject): KubeObject {
  const { served: kind } = context;
  const text = podSpecText(kind, object);
  const known = text === undefined ? undefined : knownPodSpec(text);
  const rest: KubeObject = known ? ({ ...object, spec: undefined } as KubeObject) : object;
  const isRight = checkSchema(context, rest);
  const made = conformed(kind, rest);
  if (known) return { ...made, spec: known } as KubeObject;
  if (isRight && text !== undefined) rememberPodSpec(text, (made as Pod).spec);
  return made;
}

/** A kind that is known cannot become another; one that is not known is not even read. */
function mismatch({ served: kind, registry }: RequestContext, given: string): string {
  const start = `${given} in version "${kind.version}" cannot be handled as a ${kind.kind}:`;
  const wanted = apiVersionOf(kind);
  if (!registry.byGvk(wanted, given)) {
    return `${start} no kind "${given}" is registered for version "${wanted}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`;
  }
  const internal = kind.group === '' ? 'core' : kind.group.split('.')[0];
  return `${start} converting (${kind.version}.${given}) to (${internal}.${kind.kind}): unknown conversion`;
}

/** Refuses bodies that nothing further in may walk through: too deep, or with names that JavaScript gives a meaning. */
export function checkShape(context: RequestContext): void {
  const { body, isTyped } = context.request;
  if (isTyped || typeof body !== 'object') return;
  const fault = faultOf(body, DEPTH_LIMIT);
  if (fault) refuse(context, 'decode', badRequest(fault));
}

/** Checks an object against the schema of its kind, as strictly as the request asks. Whether there is nothing to say. */
export function checkSchema(context: RequestContext, object: KubeObject): boolean {
  const { served: kind, request } = context;
  const { patchType, body } = request;
  const { unknown, errors } = validateSchema(kind, object);
  const [first] = errors;
  const isPatched = patchType !== undefined && patchType !== 'apply';
  const fail = (why: string): never => {
    const text = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`;
    return refuse(context, 'decode', isPatched ? patchFault(patchType, body, object, why) : badRequest(text));
  };
  if (first) fail(patchType === 'strategic' ? converterText(first.message) : first.message);
  const strictness = request.options?.fieldValidation ?? 'Warn';
  const { duplicates = [] } = request;
  const doubts = unknown.map((path) => `unknown field "${path}"`);
  if (doubts.length + duplicates.length > 0 && strictness === 'Strict') {
    fail(`strict decoding error: ${[...strictDuplicates(duplicates), ...doubts].join(', ')}`);
  }
  if (strictness === 'Warn') context.warnings.push(...duplicates, ...doubts);
  note(context, 'decode', 'ok', unknown.length > 0 ? `unknown fields: ${unknown.join(', ')}` : undefined);
  return unknown.length === 0;
}

/** Those of a YAML text come from its reader, all at once. Upstream: sigs.k8s.io/yaml (YAMLToJSONStrict). */
function strictDuplicates(duplicates: readonly string[]): readonly string[] {
  const isYaml = duplicates.some((text) => text.startsWith('line '));
  return isYaml ? [`yaml: unmarshal errors:\n${duplicates.map((text) => `  ${text}`).join('\n')}`] : duplicates;
}

function faultOf(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return `the body is nested deeper than ${DEPTH_LIMIT} levels`;
  if (Array.isArray(value) && value.includes(null)) return 'an item of a list may not be null';
  for (const [key, item] of Object.entries(value)) {
    // Plain text under such a name is harmless (a ConfigMap may have a key `constructor`), a mapping is no field of ours.
    if (key === '__proto__' || (key in Object.prototype && typeof item === 'object')) return `unknown field "${key}"`;
    const fault = faultOf(item, levels - 1);
    if (fault) return fault;
  }
  return undefined;
}
