/** Arrow keys over the stage: the focus goes to the nearest card, port or pod in that direction. */

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const middleOf = (element: Element): { x: number; y: number } => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
};

/** Moves the focus; false when the key is no arrow or there is nothing that way. */
export function moveFocus(root: Element, key: string): boolean {
  const direction = DIRECTIONS[key];
  const current = document.activeElement;
  if (!direction || !current || !root.contains(current)) return false;
  const all = [...root.querySelectorAll<HTMLElement>('[data-stage-card]')];
  if (!current.hasAttribute('data-stage-card')) {
    all[0]?.focus();
    return all.length > 0;
  }
  const from = middleOf(current);
  let best: { element: HTMLElement; cost: number } | undefined;
  for (const element of all) {
    if (element === current) continue;
    const to = middleOf(element);
    const along = (to.x - from.x) * direction[0] + (to.y - from.y) * direction[1];
    const aside = Math.abs((to.x - from.x) * direction[1]) + Math.abs((to.y - from.y) * direction[0]);
    if (along <= 2) continue;
    // What lies straight ahead comes before what is near but aside.
    const cost = along + aside * 2.5;
    if (!best || cost < best.cost) best = { element, cost };
  }
  best?.element.focus({ preventScroll: true });
  return best !== undefined;
}
