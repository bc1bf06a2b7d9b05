/** Which keys belong to whom, so that all of one owner's are found without a look at everybody else's. */

export class KeysByOwner {
  private readonly owners = new Map<string, Set<string>>();

  /** `ownerOf` reads the owner from a key; what has none is not kept. */
  constructor(private readonly ownerOf: (key: string) => string | undefined) {}

  add(key: string): void {
    const owner = this.ownerOf(key);
    if (owner === undefined) return;
    const keys = this.owners.get(owner);
    if (keys) keys.add(key);
    else this.owners.set(owner, new Set([key]));
  }

  delete(key: string): void {
    const owner = this.ownerOf(key);
    const keys = owner === undefined ? undefined : this.owners.get(owner);
    keys?.delete(key);
    if (keys?.size === 0) this.owners.delete(owner!);
  }

  of(owner: string): readonly string[] {
    return [...(this.owners.get(owner) ?? [])];
  }

  reset(keys: Iterable<string>): void {
    this.owners.clear();
    for (const key of keys) this.add(key);
  }
}
