/** Options of a request, from its query and, for deletions, its body; and what is wrong with them. */
import { badRequest, fieldNotSupported, invalid, type FieldError, type Status } from '../api/status.ts';
import { listOptionsFault } from './list-options.ts';
import type { RequestOptions } from './request.ts';

/** A manager that does not name itself is known by its program. Upstream: handlers/create.go (managerOrUserAgent). */
const managerOf = (agent: string | undefined): Record<string, string> =>
  agent ? { fieldManager: (agent.split('/')[0] ?? '').slice(0, 128) } : {};

export function optionsOf(query: URLSearchParams, agent?: string): RequestOptions {
  const text = (name: string): Record<string, string> => (query.get(name) ? { [name]: query.get(name)! } : {});
  const limit = Number(query.get('limit') ?? 0);
  return {
    ...managerOf(agent),
    ...text('labelSelector'),
    ...text('metricLabelSelector'),
    ...text('fieldSelector'),
    ...text('continue'),
    ...text('resourceVersion'),
    ...text('resourceVersionMatch'),
    ...text('fieldManager'),
    ...text('fieldValidation'),
    ...text('propagationPolicy'),
    ...(limit > 0 ? { limit } : {}),
    ...(query.get('dryRun') === 'All' ? { dryRun: true } : {}),
    ...(query.get('force') === 'true' ? { force: true } : {}),
    ...(query.get('gracePeriodSeconds') ? { gracePeriodSeconds: Number(query.get('gracePeriodSeconds')) } : {}),
  } as RequestOptions;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];
const STRICTNESS = ['Ignore', 'Warn', 'Strict'];

/** What is wrong with the options of a request. Upstream: apimachinery/pkg/apis/meta/v1/validation. */
export function faultOf(
  query: URLSearchParams,
  verb: string,
  patchType: string | undefined,
  options: RequestOptions,
): Status | undefined {
  if (verb === 'list' || verb === 'deletecollection') {
    const fault = listOptionsFault(query);
    if (fault) return fault;
  }
  const { gracePeriodSeconds, preconditions } = options;
  if (gracePeriodSeconds !== undefined && !Number.isSafeInteger(gracePeriodSeconds)) {
    return badRequest('gracePeriodSeconds must be a whole number');
  }
  if (preconditions !== undefined && typeof preconditions !== 'object') {
    return badRequest('preconditions must be an object');
  }
  if (verb === 'get' || verb === 'list') return undefined;
  const errors = optionFaults(query, verb, patchType, options);
  return errors.length > 0 ? invalid('meta.k8s.io', OPTIONS_KIND[verb] ?? '', '', errors) : undefined;
}

const OPTIONS_KIND: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

function optionFaults(
  query: URLSearchParams,
  verb: string,
  patchType: string | undefined,
  { propagationPolicy, fieldValidation }: RequestOptions,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (verb === 'patch' && patchType !== 'apply' && query.has('force')) {
    errors.push({
      type: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  }
  if (verb === 'patch' && patchType === 'apply' && !query.get('fieldManager')) {
    errors.push({
      type: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    });
  }
  if ((query.get('fieldManager') ?? '').length > 128) {
    errors.push({
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      message: 'Too long: may not be more than 128 bytes',
    });
  }
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((item) => item !== 'All')) errors.push(fieldNotSupported('dryRun', dryRun, ['All']));
  if (propagationPolicy && !POLICIES.includes(propagationPolicy)) {
    errors.push(fieldNotSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']));
  }
  if (fieldValidation && !STRICTNESS.includes(fieldValidation)) {
    errors.push(fieldNotSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  return errors;
}

export function deleteOptionsOf(body: unknown): RequestOptions {
  const { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = (body ?? {}) as Record<string, never>;
  return {
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(gracePeriodSeconds === undefined || gracePeriodSeconds === null ? {} : { gracePeriodSeconds }),
    ...(preconditions ? { preconditions } : {}),
    ...(dryRun ? { dryRun: true } : {}),
  } as RequestOptions;
}
