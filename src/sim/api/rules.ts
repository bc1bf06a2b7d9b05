/** Rules that many kinds share, with upstream's texts. Upstream: apimachinery/pkg/api/validation, pkg/apis/core/validation. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import { fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from './status.ts';

type IntOrString = number | string;

/** Sets a field that is missing; never writes one that is there, which may belong to a stored object. */
export function setDefault<T extends object, K extends keyof T>(target: T, field: K, value: T[K]): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}

export function notNegative(field: string, value: number | undefined): readonly FieldError[] {
  return (value ?? 0) < 0 ? [fieldInvalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** One of the values, where there is one. The list is printed sorted, as upstream prints sets. */
export function oneOf(field: string, value: string | undefined, allowed: readonly string[]): readonly FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [fieldNotSupported(field, value, [...allowed].sort())];
}

const PERCENT_TEXT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A count that is not negative, or a share such as `25%`. */
export function intOrPercent(field: string, value: IntOrString | undefined): readonly FieldError[] {
  if (typeof value === 'number') return notNegative(field, value);
  return value === undefined || /^[0-9]+%$/.test(value) ? [] : [fieldInvalid(field, value, PERCENT_TEXT)];
}

export function notAboveHundredPercent(field: string, value: IntOrString | undefined): readonly FieldError[] {
  const share = typeof value === 'string' ? /^([0-9]+)%$/.exec(value)?.[1] : undefined;
  return share !== undefined && Number(share) > 100
    ? [fieldInvalid(field, value, 'must not be greater than 100%')]
    : [];
}

/** Equal as data, whatever the order of keys; a missing field is as good as an undefined one. */
export function isSame(next: unknown, old: unknown): boolean {
  if (next === old) return true;
  if (typeof next !== 'object' || typeof old !== 'object' || next === null || old === null) return false;
  if (Array.isArray(next) !== Array.isArray(old)) return false;
  const [left, right] = [next as Record<string, unknown>, old as Record<string, unknown>];
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return Object.keys(left).every((key) => isSame(left[key], right[key]));
}

export function immutable(field: string, next: unknown, old: unknown): readonly FieldError[] {
  return isSame(next, old) ? [] : [fieldInvalid(field, next ?? null, 'field is immutable')];
}

export const PORT_TEXT = 'must be between 1 and 65535, inclusive';

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** Texts of what is wrong with the name of a port. Upstream: IsValidPortName. */
export function portNameFaults(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}

/** A number or a name of a port. */
export function portErrors(field: string, port: IntOrString | undefined): readonly FieldError[] {
  if (port === undefined || port === '') return [fieldRequired(field)];
  if (typeof port === 'number') return isPort(port) ? [] : [fieldInvalid(field, port, PORT_TEXT)];
  return portNameFaults(port).map((text) => fieldInvalid(field, port, text));
}

export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export function isAddress(text: string): boolean {
  return IPV4.test(text) || (text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text));
}

/** `10.0.0.0/24` or an IPv6 one. */
export function isCidr(text: string): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!match || !isAddress(match[1]!)) return false;
  return Number(match[2]) <= (IPV4.test(match[1]!) ? 32 : 128);
}
