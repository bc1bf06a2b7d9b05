/**
 * Plain data: what tasks, snapshots and trace payloads are made of. Values are shared and never changed in place, so a
 * hash of an object holds for its lifetime and is remembered by identity.
 */
export type Plain = unknown;

const remembered = new WeakMap<object, string>();
const text = new TextEncoder();
const scratch = new ArrayBuffer(8);
const scratchFloat = new Float64Array(scratch);
const scratchWords = new Uint32Array(scratch);

/** Two independent 32-bit multiplicative lanes: 64 bits are enough to tell runs apart, and need no big integers. */
class Digest {
  private left = 0x811c9dc5;
  private right = 0x2f0b4c47;

  word(value: number): void {
    this.left = Math.imul(this.left ^ value, 0x01000193);
    this.left ^= this.left >>> 15;
    this.right = Math.imul(this.right ^ value, 0x85ebca6b);
    this.right ^= this.right >>> 13;
  }

  number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) <= 0x7fffffff) {
      this.word(1);
      this.word(value | 0);
      return;
    }
    scratchFloat[0] = value;
    this.word(2);
    this.word(scratchWords[0]!);
    this.word(scratchWords[1]!);
  }

  string(value: string): void {
    this.word(3);
    this.word(value.length);
    for (let index = 0; index < value.length; index += 1) this.word(value.charCodeAt(index));
  }

  hex(): string {
    const part = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
    return part(this.left) + part(this.right);
  }
}

function feed(digest: Digest, value: unknown): void {
  switch (typeof value) {
    case 'undefined':
      return digest.word(4);
    case 'boolean':
      return digest.word(value ? 5 : 6);
    case 'number':
      return digest.number(value);
    case 'string':
      return digest.string(value);
    case 'object':
      return value === null ? digest.word(7) : digest.string(hashObject(value));
    default:
      throw new Error(`Not plain data: ${typeof value}`);
  }
}

function hashObject(value: object): string {
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const digest = new Digest();
  const isImmutable = feedContents(digest, value);
  const hash = digest.hex();
  // Containers of a component's own state (arrays, maps) live on and change; API objects and payloads do not.
  if (isImmutable) remembered.set(value, hash);
  return hash;
}

function feedContents(digest: Digest, value: object): boolean {
  if (Array.isArray(value)) {
    digest.word(8);
    digest.word(value.length);
    for (const item of value) feed(digest, item);
    return Object.isFrozen(value);
  }
  if (value instanceof Map) {
    digest.word(9);
    digest.word(value.size);
    for (const [key, item] of value) {
      feed(digest, key);
      feed(digest, item);
    }
    return false;
  }
  if (value instanceof Set) {
    digest.word(10);
    digest.word(value.size);
    for (const item of value) feed(digest, item);
    return false;
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    digest.word(11);
    digest.word(bytes.length);
    for (const byte of bytes) digest.word(byte);
    return false;
  }
  digest.word(12);
  const entries = value as Record<string, unknown>;
  for (const key of Object.keys(entries)) {
    if (entries[key] === undefined) continue;
    digest.string(key);
    feed(digest, entries[key]);
  }
  return 'apiVersion' in value || Object.isFrozen(value);
}

/** 16 hexadecimal digits over any plain value; key order counts, `undefined` members do not. */
export function hashOf(value: Plain): string {
  const digest = new Digest();
  feed(digest, value);
  return digest.hex();
}

/** A 32-bit hash of a short text, for seeding. */
export function hashText(value: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > 127) return hashBytes(text.encode(value));
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return hash >>> 0;
}

function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Freezes a value and everything below it. Used in tests to catch a stored object being changed. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
