/**
 * Chance. One seed is split into named streams, one per component and purpose, so that a draw added to one component
 * moves nothing in another. Generator: sfc32 (PractRand, public domain), four 32-bit words of state.
 */
import { hashText } from './plain.ts';

export type StreamState = readonly [number, number, number, number];

export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(state: StreamState) {
    [this.a, this.b, this.c, this.d] = state;
  }

  static seeded(seed: string, name: string): RandomStream {
    const stream = new RandomStream([hashText(`${seed}/a/${name}`), hashText(`${seed}/b/${name}`), hashText(name), 1]);
    for (let round = 0; round < 12; round += 1) stream.word();
    return stream;
  }

  /** Uniform unsigned 32-bit integer. */
  word(): number {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** Uniform integer in [0, bound). `bound` must be a positive integer below 2^32. */
  below(bound: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let value = this.word();
    while (value >= limit) value = this.word();
    return value % bound;
  }

  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `numerator` of `denominator` cases: two integers, so chance never touches floating point. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  save(): StreamState {
    return [this.a, this.b, this.c, this.d];
  }
}

export class RandomStreams {
  private readonly streams = new Map<string, RandomStream>();

  constructor(readonly seed: string) {}

  stream(name: string): RandomStream {
    let stream = this.streams.get(name);
    if (!stream) {
      stream = RandomStream.seeded(this.seed, name);
      this.streams.set(name, stream);
    }
    return stream;
  }

  save(): ReadonlyMap<string, StreamState> {
    return new Map([...this.streams].map(([name, stream]) => [name, stream.save()]));
  }

  load(saved: ReadonlyMap<string, StreamState>): void {
    this.streams.clear();
    for (const [name, state] of saved) this.streams.set(name, new RandomStream(state));
  }
}

const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters as generateName appends them. Upstream: apimachinery/pkg/util/rand/rand.go. */
export function mintSuffix(stream: RandomStream, length = 5): string {
  let suffix = '';
  for (let index = 0; index < length; index += 1) suffix += NAME_ALPHABET[stream.below(NAME_ALPHABET.length)]!;
  return suffix;
}

/** `00` to `ff`. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A version 4 UUID (RFC 9562) drawn from a stream. */
export function mintUid(stream: RandomStream): string {
  const hex = (word: number): string =>
    BYTES[word >>> 24]! + BYTES[(word >>> 16) & 255]! + BYTES[(word >>> 8) & 255]! + BYTES[word & 255]!;
  const all = hex(stream.word()) + hex(stream.word()) + hex(stream.word()) + hex(stream.word());
  const variant = '89ab'[parseInt(all[16]!, 16) & 3]!;
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-4${all.slice(13, 16)}-${variant}${all.slice(17, 20)}-${all.slice(20)}`;
}
