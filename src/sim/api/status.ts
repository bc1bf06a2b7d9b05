/**
 * Status: how the API says that something went wrong, with upstream's codes, reasons and texts.
 * Upstream: apimachinery/pkg/api/errors/errors.go, apimachinery/pkg/util/validation/field/errors.go.
 */
import type { Status, StatusCause } from 'kubernetes-types/meta/v1';
import { escapedJson } from './go-json.ts';

export type { Status };

export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotFound'
  | 'InternalError';

/** One fault of an object. `message` is the text after the field, e.g. `Required value: name or generateName is required`. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** Go-style path: `spec.template.spec.containers[0].image`. */
  readonly field: string;
  readonly message: string;
}

/** What stands for a pointer that leads nowhere: upstream prints it as a text. */
export const NIL = 'null';

const goString = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object' && value !== null ? escapedJson(JSON.stringify(value)) : String(value);
};

export const fieldRequired = (field: string, detail = ''): FieldError => ({
  type: 'FieldValueRequired',
  field,
  message: detail ? `Required value: ${detail}` : 'Required value',
});

export const fieldInvalid = (field: string, value: unknown, detail = ''): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  message: detail ? `Invalid value: ${goString(value)}: ${detail}` : `Invalid value: ${goString(value)}`,
});

export const fieldNotSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${goString(value)}: supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`,
});

export const fieldForbidden = (field: string, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field,
  message: detail ? `Forbidden: ${detail}` : 'Forbidden',
});

export const fieldDuplicate = (field: string, value: unknown, detail = ''): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${goString(value)}${detail ? `: ${detail}` : ''}`,
});

export const fieldNotFound = (field: string, value: unknown, detail = ''): FieldError => ({
  type: 'FieldValueNotFound',
  field,
  message: `Not found: ${goString(value)}${detail ? `: ${detail}` : ''}`,
});

export const fieldTooLong = (field: string, maxBytes: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${maxBytes} bytes`,
});

export const fieldTooMany = (field: string, actual: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  message: `Too many: ${actual}: must have at most ${max} items`,
});

interface StatusFields {
  code: number;
  reason: string;
  message: string;
  group?: string;
  kind?: string;
  name?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** A failure Status. `details` is left out when there is nothing to say in it. */
export function failure(fields: StatusFields): Status {
  const { code, reason, message, ...details } = fields;
  const filled = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined && value !== ''));
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(Object.keys(filled).length > 0 ? { details: filled } : {}),
    code,
  };
}

/** Splits `deployments.apps` into resource and group. */
export function splitResource(resource: string): { plural: string; group: string } {
  const dot = resource.indexOf('.');
  return dot < 0 ? { plural: resource, group: '' } : { plural: resource.slice(0, dot), group: resource.slice(dot + 1) };
}

const about = (resource: string, name: string): { group: string; kind: string; name: string } => {
  const { plural, group } = splitResource(resource);
  return { group, kind: plural, name };
};

export const notFound = (resource: string, name: string): Status =>
  failure({ code: 404, reason: 'NotFound', message: `${resource} "${name}" not found`, ...about(resource, name) });

export const alreadyExists = (resource: string, name: string, isTerminating = false): Status =>
  failure({
    code: 409,
    reason: 'AlreadyExists',
    message: `${isTerminating ? 'object is being deleted: ' : ''}${resource} "${name}" already exists`,
    ...about(resource, name),
  });

export const conflict = (
  resource: string,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): Status =>
  failure({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${resource} "${name}": ${why}`,
    ...about(resource, name),
  });

export const forbidden = (resource: string, name: string, why: string, causes?: StatusCause[]): Status =>
  failure({
    code: 403,
    reason: 'Forbidden',
    message: name ? `${resource} "${name}" is forbidden: ${why}` : `${resource} is forbidden: ${why}`,
    ...about(resource, name),
    ...(causes ? { causes } : {}),
  });

export const badRequest = (message: string): Status => failure({ code: 400, reason: 'BadRequest', message });

/** An error that upstream has no reason for. Upstream: responsewriters/status.go (ErrorToAPIStatus). */
export const unnamed = (message: string): Status => failure({ code: 500, reason: '', message });

const CONNECTION_REFUSED = 'ConnectionRefused';

/**
 * No answer at all: nobody listens at the address. In life this is an error of the connection and no Status; here it comes
 * by the same way, so that whoever asks sees a failure, and `isConnectionRefused` tells it from what a server says.
 */
export const connectionRefused = (address: string): Status =>
  failure({ code: 503, reason: CONNECTION_REFUSED, message: `dial tcp ${address}: connect: connection refused` });

export const isConnectionRefused = ({ reason }: { readonly reason?: string }): boolean => reason === CONNECTION_REFUSED;

export const methodNotAllowed = (resource: string): Status =>
  failure({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    ...about(resource, ''),
  });

/** 422 with one cause a fault. `kind` and `group` as in `Deployment.apps`. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): Status {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const unique = [...new Set(texts)];
  const list = unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`;
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${list}`,
    group,
    kind,
    name,
    causes: errors.map(({ type, message, field }) => ({ reason: type, message, field })),
  });
}
