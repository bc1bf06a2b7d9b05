/** Addresses of the pods of a node, from its pod CIDR. Upstream: containernetworking/plugins ipam/host-local. */

export class PodAddresses {
  private base = '';
  private next = 2;
  private taken = new Map<string, number>();

  /** `10.244.3.0/24`: .0 is the network, .1 the node's bridge. */
  setCidr(cidr: string): void {
    this.base = cidr.replace(/\.0\/24$/, '');
  }

  /** Undefined when there is no range yet, or none of it is free. Freed addresses come last, as host-local does. */
  allocate(uid: string): string | undefined {
    if (!this.base) return undefined;
    const used = new Set(this.taken.values());
    for (let tries = 0; tries < 253; tries += 1) {
      const host = this.next;
      this.next = this.next >= 254 ? 2 : this.next + 1;
      if (used.has(host)) continue;
      this.taken.set(uid, host);
      return `${this.base}.${host}`;
    }
    return undefined;
  }

  release(uid: string): void {
    this.taken.delete(uid);
  }

  save(): unknown {
    return { base: this.base, next: this.next, taken: new Map(this.taken) };
  }

  load(state: unknown): void {
    const saved = state as { base: string; next: number; taken: ReadonlyMap<string, number> };
    this.base = saved.base;
    this.next = saved.next;
    this.taken = new Map(saved.taken);
  }
}
