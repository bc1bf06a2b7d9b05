/**
 * What a controller has asked for and not yet seen: until then its counts are not to be trusted.
 * Upstream: pkg/controller/controller_utils.go (ControllerExpectations, UIDTrackingControllerExpectations).
 */
import type { Kernel } from '../kernel/index.ts';

const TTL_MS = 300_000;

interface Expected {
  readonly adds: number;
  /** Uids of what is to be deleted. */
  readonly deletes: readonly string[];
  readonly since: number;
}

export class Expectations {
  private expected = new Map<string, Expected>();

  constructor(private readonly kernel: Kernel) {}

  expect(key: string, adds: number, deletes: readonly string[] = []): void {
    this.expected.set(key, { adds, deletes, since: this.kernel.turn.cursor });
  }

  observeAdd(key: string, count = 1): void {
    const found = this.expected.get(key);
    if (found && found.adds > 0) this.expected.set(key, { ...found, adds: Math.max(0, found.adds - count) });
  }

  observeDelete(key: string, uid: string): void {
    const found = this.expected.get(key);
    if (!found?.deletes.includes(uid)) return;
    this.expected.set(key, { ...found, deletes: found.deletes.filter((item) => item !== uid) });
  }

  forget(key: string): void {
    this.expected.delete(key);
  }

  areMet(key: string): boolean {
    const found = this.expected.get(key);
    if (!found || (found.adds <= 0 && found.deletes.length === 0)) return true;
    return this.kernel.turn.cursor - found.since > TTL_MS;
  }

  save(): unknown {
    return new Map(this.expected);
  }

  load(saved: unknown): void {
    this.expected = new Map(saved as Map<string, Expected>);
  }
}
