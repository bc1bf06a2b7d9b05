/**
 * What is wrong with the options of a list or watch.
 * Upstream: apimachinery/pkg/apis/meta/internalversion/validation/validation.go, apimachinery/pkg/runtime/converter.go.
 */
import { badRequest, fieldForbidden, fieldNotSupported, invalid, type FieldError, type Status } from '../api/status.ts';

/** A switch of a query: everything turns it on but its absence, `false` and `0`. */
export const isOn = (query: URLSearchParams, name: string): boolean =>
  query.has(name) && !['false', '0'].includes(query.get(name)!);

/** 400 for a number that is none, 422 for options that exclude each other; undefined when all is well. */
export function listOptionsFault(query: URLSearchParams): Status | undefined {
  for (const name of ['timeoutSeconds', 'limit']) {
    const text = query.get(name);
    if (text !== null && !/^[+-]?\d{1,15}$/.test(text))
      return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const errors = isOn(query, 'watch') ? watchFaults(query) : listFaults(query);
  return errors.length > 0 ? invalid('meta.k8s.io', 'ListOptions', '', errors) : undefined;
}

const MATCH = 'resourceVersionMatch';
const INITIAL = 'sendInitialEvents';

function listFaults(query: URLSearchParams): readonly FieldError[] {
  const errors: FieldError[] = [];
  const match = query.get(MATCH);
  if (match) {
    if (!query.get('resourceVersion'))
      errors.push(fieldForbidden(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`));
    errors.push(...matchFaults(query, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && query.get('resourceVersion') === '0')
      errors.push(fieldForbidden(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`));
  }
  if (query.has(INITIAL)) errors.push(fieldForbidden(INITIAL, `${INITIAL} is forbidden for list`));
  return errors;
}

function watchFaults(query: URLSearchParams): readonly FieldError[] {
  const errors: FieldError[] = [];
  const match = query.get(MATCH);
  if (match) {
    if (!query.has(INITIAL))
      errors.push(fieldForbidden(MATCH, `${MATCH} is forbidden for watch unless ${INITIAL} is provided`));
    errors.push(...matchFaults(query, match, ['NotOlderThan']));
  }
  if (query.has(INITIAL) && match !== 'NotOlderThan')
    errors.push(fieldForbidden(MATCH, `${INITIAL} requires setting ${MATCH} to NotOlderThan`));
  return errors;
}

function matchFaults(query: URLSearchParams, match: string, known: readonly string[]): readonly FieldError[] {
  return [
    ...(query.get('continue') ? [fieldForbidden(MATCH, `${MATCH} is forbidden when continue is provided`)] : []),
    ...(known.includes(match) ? [] : [fieldNotSupported(MATCH, match, known)]),
  ];
}
