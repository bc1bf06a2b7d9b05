/** JSON Patch (RFC 6902), as apiserver applies `application/json-patch+json`. Nothing given is changed in place. */
import { BODY_LIMIT_BYTES } from '../body-faults.ts';
import { isDeepEqual } from '../equality.ts';

/** Upstream: maxJSONPatchOperations of handlers/patch.go. */
const OPERATION_LIMIT = 10_000;

/**
 * A patch that cannot be applied: 400 when it is no patch, 413 when it is too much, 422 when it does not fit the object,
 * 500 where upstream has no code for what went wrong.
 */
export class PatchFailure extends Error {
  constructor(
    message: string,
    readonly code: 400 | 413 | 422 | 500 = 400,
  ) {
    super(message);
    this.name = 'PatchFailure';
  }
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw new PatchFailure(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  if (patch.length > OPERATION_LIMIT) {
    const text = `The allowed maximum operations in a JSON patch is ${OPERATION_LIMIT}, got ${patch.length}`;
    throw new PatchFailure(text, 413);
  }
  let copied = 0;
  let result = target;
  for (const item of patch) {
    const operation = checked(item);
    if (operation.op === 'copy') copied += sizeOfCopy(result, operation);
    // Copies of copies double with each operation.
    if (copied > BODY_LIMIT_BYTES) throw new PatchFailure('the accumulated size of copies is too large', 422);
    result = applyOne(result, operation);
  }
  return result;
}

function sizeOfCopy(target: unknown, { from = '' }: Operation): number {
  return JSON.stringify(read(target, parsePointer(from), 'copy', from)).length;
}

function checked(operation: unknown): Operation {
  const fields = operation as Partial<Operation> | null;
  const needsFrom = fields?.op === 'move' || fields?.op === 'copy';
  const hasFrom = typeof fields?.from === 'string' || (!needsFrom && fields?.from === undefined);
  if (typeof fields?.op !== 'string' || typeof fields.path !== 'string' || !hasFrom) {
    throw new PatchFailure('Unexpected kind: unknown', 422);
  }
  return fields as Operation;
}

function applyOne(target: unknown, operation: Operation): unknown {
  const path = parsePointer(operation.path);
  switch (operation.op) {
    case 'add':
      return change(target, path, operation.path, (parent, key) => insert(parent, key, operation));
    case 'replace':
      if (path.length === 0) return operation.value;
      read(target, path, 'replace', operation.path);
      return change(target, path, operation.path, (parent, key) => set(parent, key, operation.value));
    case 'remove':
      read(target, path, 'remove', operation.path);
      return change(target, path, operation.path, (parent, key) => remove(parent, key));
    case 'move': {
      const from = parsePointer(operation.from ?? '');
      const value = read(target, from, 'move', operation.from ?? '');
      const without = change(target, from, operation.from ?? '', (parent, key) => remove(parent, key));
      return applyOne(without, { op: 'add', path: operation.path, value });
    }
    case 'copy': {
      const value = read(target, parsePointer(operation.from ?? ''), 'copy', operation.from ?? '');
      return applyOne(target, { op: 'add', path: operation.path, value });
    }
    case 'test': {
      const value = read(target, path, 'test', operation.path);
      if (isDeepEqual(value, operation.value)) return target;
      throw new PatchFailure(
        `the server rejected our request due to an error in our request: testing value ${operation.path} failed`,
        422,
      );
    }
    default:
      throw new PatchFailure(`Unexpected kind: ${operation.op}`, 422);
  }
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PatchFailure(`doc is missing path: "${pointer}": missing value`, 422);
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(op: string, pointer: string): PatchFailure {
  return new PatchFailure(`${op} operation does not apply: doc is missing path: "${pointer}": missing value`, 422);
}

function read(target: unknown, path: readonly string[], op: string, pointer: string): unknown {
  let value = target;
  for (const key of path) {
    const isHeld = Array.isArray(value)
      ? isIndex(key, value.length - 1)
      : typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    if (!isHeld) throw missing(op, pointer);
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function isIndex(key: string, last: number): boolean {
  return /^(0|[1-9]\d*)$/.test(key) && Number(key) <= last;
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

function change(
  target: unknown,
  path: readonly string[],
  pointer: string,
  edit: (parent: Container, key: string) => unknown,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return edit({ root: target }, 'root');
  if (typeof target !== 'object' || target === null) throw missing('add', pointer);
  if (rest.length === 0) return edit(target as Container, key);
  if (!Object.hasOwn(target, key)) throw missing('add', pointer);
  return set(target as Container, key, change((target as Record<string, unknown>)[key], rest, pointer, edit));
}

function set(parent: Container, key: string, value: unknown): unknown {
  if (Array.isArray(parent)) return parent.map((item: unknown, index) => (String(index) === key ? value : item));
  return { ...parent, [key]: value };
}

function insert(parent: Container, key: string, operation: Operation): unknown {
  if (!Array.isArray(parent)) return { ...parent, [key]: operation.value };
  if (key === '-') return [...(parent as unknown[]), operation.value];
  if (!isIndex(key, parent.length)) {
    throw new PatchFailure(
      `add operation does not apply: doc is missing path: "${operation.path}": invalid index`,
      422,
    );
  }
  return [...parent.slice(0, Number(key)), operation.value, ...parent.slice(Number(key))] as unknown[];
}

function remove(parent: Container, key: string): unknown {
  if (Array.isArray(parent)) return parent.filter((_, index) => String(index) !== key) as unknown[];
  const { [key]: _removed, ...rest } = parent as Record<string, unknown>;
  return rest;
}
