/** Rules that many kinds share, with upstream's texts. Upstream: apimachinery/pkg/api/validation, pkg/apis/core/validation. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import { fieldInvalid, fieldNotSupported, NIL, type FieldError } from './status.ts';

type IntOrString = number | string;

/** Sets a field that is missing; never writes one that is there, which may belong to a stored object. */
export function setDefault<T extends object, K extends keyof T>(target: T, field: K, value: T[K]): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}

export function notNegative(field: string, value: number | undefined): readonly FieldError[] {
  return (value ?? 0) < 0 ? [fieldInvalid(field, value, 'must be greater than or equal to 0')] : [];
}

/** One of the values, where there is one. They are printed in the order given: upstream sorts only what it keeps as a set. */
export function oneOf(field: string, value: string | undefined, allowed: readonly string[]): readonly FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [fieldNotSupported(field, value, allowed)];
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
  return isSame(next, old) ? [] : [fieldInvalid(field, next ?? NIL, 'field is immutable')];
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

/** A number or a name of a port; none at all is the number 0. Upstream: ValidatePortNumOrName. */
export function portErrors(field: string, port: IntOrString = 0): readonly FieldError[] {
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

const ADDRESS_TEXT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const CIDR_TEXT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function addressErrors(field: string, address: string): readonly FieldError[] {
  return isAddress(address) ? [] : [fieldInvalid(field, address, ADDRESS_TEXT)];
}

export function cidrErrors(field: string, cidr: string): readonly FieldError[] {
  return isCidr(cidr) ? [] : [fieldInvalid(field, cidr, CIDR_TEXT)];
}

/** Addresses that mean a machine itself or its own link. Upstream: ValidateNonSpecialIP. */
export function specialAddressErrors(field: string, address: string): readonly FieldError[] {
  if (/^0\.0\.0\.0$|^::$/.test(address)) return [fieldInvalid(field, address, `may not be unspecified (${address})`)];
  if (/^127\.|^::1$/.test(address))
    return [fieldInvalid(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
  if (/^169\.254\.|^fe[89ab]/i.test(address))
    return [fieldInvalid(field, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')];
  if (/^224\.0\.0\.|^ff02:/i.test(address))
    return [fieldInvalid(field, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')];
  return [];
}

/** Upstream: validateLocalDescendingPath. */
export function descendingPathErrors(field: string, path: string): readonly FieldError[] {
  return [
    ...(path.startsWith('/') ? [fieldInvalid(field, path, 'must be a relative path')] : []),
    ...noBackstepErrors(field, path),
  ];
}

export function noBackstepErrors(field: string, path: string): readonly FieldError[] {
  return path.split('/').includes('..') ? [fieldInvalid(field, path, "must not contain '..'")] : [];
}

/** Upstream: ValidateLocalNonReservedPath. */
export function localPathErrors(field: string, path: string): readonly FieldError[] {
  const isReserved = path.startsWith('..') && !path.startsWith('../');
  return [
    ...descendingPathErrors(field, path),
    ...(isReserved ? [fieldInvalid(field, path, "must not start with '..'")] : []),
  ];
}

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const CONFIG_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Texts of what is wrong with a key of a ConfigMap or a Secret. Upstream: IsConfigMapKey. */
export function configKeyFaults(key: string): readonly string[] {
  return [
    ...(key.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(CONFIG_KEY.test(key) ? [] : [CONFIG_KEY_TEXT]),
    ...(key === '.' ? ["must not be '.'"] : key === '..' ? ["must not be '..'"] : []),
    ...(key !== '..' && key.startsWith('..') ? ["must not start with '..'"] : []),
  ];
}
