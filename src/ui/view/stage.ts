/**
 * Objects to a picture: where everything stands. Ours and stable: a node keeps its place in its pool, a pod its slot on its
 * node; what comes takes the first free slot, and what goes leaves a gap.
 */
import type { Node, Pod, Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Stored } from '../../sim/api/object.ts';
import { podHealth, type PodHealth } from './pod-health.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Card extends Point {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface ComponentCard extends Card {
  readonly kind: 'component';
}

export interface PodChip extends Point {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly health: PodHealth;
  readonly colour: number;
  readonly restarts: number;
}

export interface NodeCard extends Card {
  readonly kind: 'node';
  readonly name: string;
  readonly zone: string;
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  readonly requestedCpu: number;
  readonly usedCpu: number;
  readonly allocatableCpu: number;
  readonly pods: readonly PodChip[];
  readonly podCount: number;
  readonly isCompact: boolean;
}

export interface ServiceCard extends Card {
  readonly kind: 'service';
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly address: string;
  readonly ready: number;
  readonly total: number;
}

export interface Region extends Card {
  readonly kind: 'region';
  /** Lines of the control plane, each to the hub, relative to the region. */
  readonly lines?: readonly (readonly [Point, Point])[];
  readonly title: 'azure' | 'yours';
}

/** Pods that no node has been found for. Its place is always there, so that nothing moves when one comes. */
export interface Tray extends Card {
  readonly kind: 'tray';
  readonly pods: readonly PodChip[];
  readonly podCount: number;
}

export type StageItem = ComponentCard | NodeCard | ServiceCard | Region | Tray;

export interface Stage {
  readonly items: readonly StageItem[];
  /** Component ids and record keys to the middle of where they stand. */
  readonly places: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
}

export interface StageFilter {
  readonly namespace: string;
  readonly text: string;
}

const WIDTH = 760;
const CARD_HEIGHT = 52;
const COMPONENTS: readonly (Point & { id: string; width: number })[] = [
  { id: 'client', x: 0, y: 84, width: 84 },
  { id: 'kube-apiserver', x: 298, y: 84, width: 130 },
  { id: 'kube-scheduler', x: 116, y: 36, width: 150 },
  { id: 'kube-controller-manager', x: 116, y: 132, width: 150 },
  { id: 'etcd', x: 460, y: 36, width: 150 },
  { id: 'cloud-controller-manager', x: 460, y: 132, width: 150 },
  { id: 'registry', x: 648, y: 36, width: 112 },
  { id: 'internet', x: 648, y: 132, width: 112 },
];
const HUB = 'kube-apiserver';
const REGION_X = 100;
const middleOf = ({ x, y, width }: Point & { width: number }): Point => ({
  x: x + width / 2 - REGION_X,
  y: y + CARD_HEIGHT / 2,
});
const LINES = COMPONENTS.filter(({ id }) => id !== HUB && id !== 'registry' && id !== 'internet').map(
  (card) => [middleOf(COMPONENTS.find(({ id }) => id === HUB)!), middleOf(card)] as const,
);
const SERVICES_Y = 232;
const NODE_WIDTH = 244;
const COMPACT_WIDTH = 144;
const GAP = 14;
const CHIP = 28;
const CHIPS_A_ROW = 8;
const NODE_HEAD = 88;
/** From this many nodes on, cards show counts in place of pods. */
export const COMPACT_FROM = 25;

/** Slots of pods on nodes, kept from one picture to the next. */
export class SlotBook {
  private readonly slots = new Map<string, Map<string, number>>();

  assign(node: string, uids: readonly string[]): ReadonlyMap<string, number> {
    const held = this.slots.get(node) ?? new Map<string, number>();
    const present = new Set(uids);
    for (const uid of held.keys()) if (!present.has(uid)) held.delete(uid);
    const used = new Set(held.values());
    let free = 0;
    for (const uid of uids) {
      if (held.has(uid)) continue;
      while (used.has(free)) free += 1;
      held.set(uid, free);
      used.add(free);
    }
    this.slots.set(node, held);
    return held;
  }
}

export function colourOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % 7;
}

/** Cuts the middle of a name and keeps its end, where names of one set differ. */
export function shorten(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}

function ownerName(pod: Stored<Pod>): string {
  const owner = pod.metadata.ownerReferences?.[0];
  return owner ? owner.name.replace(/-[a-z0-9]{5,10}$/, '') : pod.metadata.name;
}

const millis = (quantity: string | undefined): number => {
  if (!quantity) return 0;
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
};

export function buildStage(
  objects: ReadonlyMap<string, Stored>,
  usage: Readonly<Record<string, { cpuMillis: number }>>,
  filter: StageFilter,
  book: SlotBook,
): Stage {
  const places = new Map<string, Point>();
  const items: StageItem[] = [
    { kind: 'region', title: 'azure', id: 'region-azure', x: REGION_X, y: 0, width: 526, height: 200, lines: LINES },
  ];
  for (const { id, x, y, width } of COMPONENTS) {
    items.push({ kind: 'component', id, x, y, width, height: CARD_HEIGHT });
    places.set(id, { x: x + width / 2, y: y + CARD_HEIGHT / 2 });
  }
  const sorted = sortByKind(objects);
  const services = sorted.services.filter((service) => isWanted(service, filter, [service.spec?.type ?? '']));
  const trayY = placeServices(services, sorted.slices, items, places);
  placeTray(sorted.pods, filter, trayY, items, places);
  const top = trayY + TRAY_HEIGHT + GAP;
  const bottom = placeNodes(sorted.nodes, sorted.pods, usage, filter, book, top, items, places);
  items.splice(1, 0, {
    kind: 'region',
    title: 'yours',
    id: 'region-yours',
    x: -14,
    y: 212,
    width: WIDTH + 28,
    height: Math.max(180, bottom - 212 + 6),
  });
  return { items, places, width: WIDTH, height: bottom };
}

function sortByKind(objects: ReadonlyMap<string, Stored>): {
  services: Stored<Service>[];
  slices: Stored<EndpointSlice>[];
  nodes: Stored<Node>[];
  pods: Stored<Pod>[];
} {
  const sorted = {
    services: [] as Stored<Service>[],
    slices: [] as Stored<EndpointSlice>[],
    nodes: [] as Stored<Node>[],
    pods: [] as Stored<Pod>[],
  };
  for (const [key, object] of objects) {
    if (key.startsWith('pods|')) sorted.pods.push(object as Stored<Pod>);
    else if (key.startsWith('services|')) sorted.services.push(object as Stored<Service>);
    else if (key.startsWith('nodes|')) sorted.nodes.push(object as Stored<Node>);
    else if (key.startsWith('endpointslices.')) sorted.slices.push(object as Stored<EndpointSlice>);
  }
  sorted.nodes.sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  return sorted;
}

function isWanted(object: Stored, filter: StageFilter, words: readonly string[]): boolean {
  if (filter.namespace && object.metadata.namespace && object.metadata.namespace !== filter.namespace) return false;
  const text = filter.text.trim().toLowerCase();
  if (!text) return true;
  const labels = Object.entries(object.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [object.metadata.name, ...labels, ...words].some((word) => word.toLowerCase().includes(text));
}

function placeServices(
  services: readonly Stored<Service>[],
  slices: readonly Stored<EndpointSlice>[],
  items: StageItem[],
  places: Map<string, Point>,
): number {
  const [width, height, perRow] = [244, 46, 3];
  services.forEach((service, index) => {
    const { name, namespace = '' } = service.metadata;
    const x = (index % perRow) * (width + 14);
    const y = SERVICES_Y + 24 + Math.floor(index / perRow) * (height + 10);
    const own = slices.filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
    );
    const endpoints = own.flatMap((slice) => slice.endpoints ?? []);
    const key = `services|${namespace}/${name}`;
    items.push({
      kind: 'service',
      id: key,
      x,
      y,
      width,
      height,
      name,
      namespace,
      type: service.spec?.clusterIP === 'None' ? 'Headless' : (service.spec?.type ?? 'ClusterIP'),
      address: service.status?.loadBalancer?.ingress?.[0]?.ip ?? service.spec?.clusterIP ?? '',
      ready: endpoints.filter(({ conditions }) => conditions?.ready !== false).length,
      total: endpoints.length,
    });
    places.set(key, { x: x + width / 2, y: y + height / 2 });
    places.set(`service/${namespace}/${name}`, { x: x + width / 2, y: y + height / 2 });
  });
  return SERVICES_Y + 24 + Math.max(2, Math.ceil(services.length / perRow)) * (height + 10);
}

const TRAY_HEIGHT = 36;
const TRAY_LIMIT = 18;

function placeTray(
  pods: readonly Stored<Pod>[],
  filter: StageFilter,
  y: number,
  items: StageItem[],
  places: Map<string, Point>,
): void {
  const waiting = pods.filter((pod) => !pod.spec?.nodeName && isWanted(pod, filter, [podHealth(pod).word]));
  const chips = waiting.slice(0, TRAY_LIMIT).map((pod, index) => chipOf(pod, 108 + index * CHIP, 6));
  items.push({
    kind: 'tray',
    id: 'tray',
    x: 0,
    y,
    width: WIDTH,
    height: TRAY_HEIGHT,
    pods: chips,
    podCount: waiting.length,
  });
  for (const [index, { metadata }] of waiting.entries()) {
    const place = { x: 120 + Math.min(index, TRAY_LIMIT) * CHIP, y: y + TRAY_HEIGHT / 2 };
    places.set(`pods|${metadata.namespace}/${metadata.name}`, place);
    places.set(`pod/${metadata.namespace}/${metadata.name}`, place);
  }
}

function chipOf(pod: Stored<Pod>, x: number, y: number): PodChip {
  return {
    key: `pods|${pod.metadata.namespace}/${pod.metadata.name}`,
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? '',
    health: podHealth(pod),
    colour: colourOf(ownerName(pod)),
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    x,
    y,
  };
}

function placeNodes(
  nodes: readonly Stored<Node>[],
  pods: readonly Stored<Pod>[],
  usage: Readonly<Record<string, { cpuMillis: number }>>,
  filter: StageFilter,
  book: SlotBook,
  top: number,
  items: StageItem[],
  places: Map<string, Point>,
): number {
  const byNode = new Map<string, Stored<Pod>[]>();
  for (const pod of pods) {
    const name = pod.spec?.nodeName;
    if (!name) continue;
    const found = byNode.get(name);
    if (found) found.push(pod);
    else byNode.set(name, [pod]);
  }
  const isCompact = nodes.length >= COMPACT_FROM;
  const width = isCompact ? COMPACT_WIDTH : NODE_WIDTH;
  const gap = isCompact ? 10 : GAP;
  const perRow = Math.max(1, Math.floor((WIDTH + gap) / (width + gap)));
  let y = top;
  for (let start = 0; start < nodes.length; start += perRow) {
    const row = nodes.slice(start, start + perRow).map((node, column) => {
      const own = byNode.get(node.metadata.name) ?? [];
      return nodeCard(node, own, column * (width + gap), y, width, isCompact, usage, filter, book);
    });
    const height = Math.max(...row.map((card) => card.height));
    for (const card of row) {
      items.push({ ...card, height });
      registerNode(card, byNode.get(card.name) ?? [], places);
    }
    y += height + gap;
  }
  return nodes.length === 0 ? top + 90 : y;
}

function nodeCard(
  node: Stored<Node>,
  pods: readonly Stored<Pod>[],
  x: number,
  y: number,
  width: number,
  isCompact: boolean,
  usage: Readonly<Record<string, { cpuMillis: number }>>,
  filter: StageFilter,
  book: SlotBook,
): NodeCard {
  const { name, labels } = node.metadata;
  const slots = isCompact
    ? new Map<string, number>()
    : book.assign(
        name,
        pods.map(({ metadata }) => metadata.uid),
      );
  const shown = isCompact ? [] : pods.filter((pod) => isWanted(pod, filter, [podHealth(pod).word, name]));
  const rows = Math.max(1, Math.ceil((Math.max(-1, ...slots.values()) + 1) / CHIPS_A_ROW));
  return {
    kind: 'node',
    id: `nodes|${name}`,
    x,
    y,
    width,
    height: isCompact ? 56 : NODE_HEAD + rows * CHIP + 10,
    name,
    zone: labels?.['topology.kubernetes.io/zone'] ?? '',
    isReady: node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    isCordoned: node.spec?.unschedulable ?? false,
    requestedCpu: pods.reduce(
      (sum, { spec }) =>
        sum +
        (spec?.containers ?? []).reduce((inner, { resources }) => inner + millis(resources?.requests?.['cpu']), 0),
      0,
    ),
    usedCpu: usage[name]?.cpuMillis ?? 0,
    allocatableCpu: millis(node.status?.allocatable?.['cpu']),
    podCount: pods.length,
    isCompact,
    pods: shown.map((pod) => {
      const slot = slots.get(pod.metadata.uid) ?? 0;
      return chipOf(pod, 12 + (slot % CHIPS_A_ROW) * CHIP, NODE_HEAD + Math.floor(slot / CHIPS_A_ROW) * CHIP);
    }),
  };
}

function registerNode(card: NodeCard, pods: readonly Stored<Pod>[], places: Map<string, Point>): void {
  const middle = { x: card.x + card.width / 2, y: card.y + 20 };
  places.set(card.id, middle);
  places.set(`node/${card.name}/kubelet`, card.isCompact ? middle : { x: card.x + card.width - 70, y: card.y + 12 });
  places.set(`node/${card.name}/kube-proxy`, card.isCompact ? middle : { x: card.x + card.width - 24, y: card.y + 12 });
  const chips = new Map(card.pods.map((chip) => [chip.key, chip]));
  for (const { metadata } of pods) {
    const chip = chips.get(`pods|${metadata.namespace}/${metadata.name}`);
    const place = chip ? { x: card.x + chip.x + 11, y: card.y + chip.y + 11 } : middle;
    places.set(`pods|${metadata.namespace}/${metadata.name}`, place);
    places.set(`pod/${metadata.namespace}/${metadata.name}`, place);
    places.set(`coredns/${metadata.namespace}/${metadata.name}`, place);
  }
}
