/**
 * Objects to a picture: where everything stands. Ours and stable: a node keeps its place in its pool, a pod its slot on
 * its node, a Service its slot in its lane; what comes takes the first free place, and what goes leaves a gap.
 */
import type { ReplicaSet } from 'kubernetes-types/apps/v1';
import type { Node, Pod, Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Stored } from '../../sim/api/object.ts';
import { Seats, SlotBook } from './pod-slots.ts';
import { BandBook, controlRail, controlRiser, dataRail } from './stage-bands.ts';
import { compileFilter, type StageFilter, type Subject } from './stage-filter.ts';
import { columnsFor, frameLines, makeFrame, type StageFrame } from './stage-frame.ts';
import { chipOf, NodeCards, poolOf, rolloutsOf, type Rollouts, type Usage } from './stage-nodes.ts';
import type { Box, NodeCard, PodChip, ServiceCard, StageItem, StageLine, StageShape, Tray } from './stage-types.ts';

export { shorten } from './stage-names.ts';
export type { StageFilter } from './stage-filter.ts';

export interface Stage {
  readonly frame: StageFrame;
  readonly items: readonly StageItem[];
  readonly lines: readonly StageLine[];
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, NodeCard>;
  readonly services: ReadonlyMap<string, ServiceCard>;
  /** Every pod by record key, on its node's card or in the tray. */
  readonly pods: ReadonlyMap<string, { readonly chip: PodChip; readonly home: NodeCard | Tray }>;
  /** Pods, nodes and Services that the filter wants; undefined without a filter. */
  readonly matches: number | undefined;
  readonly unready: number;
}

interface Sorted {
  readonly services: Stored<Service>[];
  readonly slices: Stored<EndpointSlice>[];
  readonly nodes: Stored<Node>[];
  readonly pods: Stored<Pod>[];
  readonly sets: Stored<ReplicaSet>[];
}

function sortByKind(objects: ReadonlyMap<string, Stored>): Sorted {
  const sorted: Sorted = { services: [], slices: [], nodes: [], pods: [], sets: [] };
  for (const [key, object] of objects) {
    if (key.startsWith('pods|')) sorted.pods.push(object as Stored<Pod>);
    else if (key.startsWith('services|')) sorted.services.push(object as Stored<Service>);
    else if (key.startsWith('nodes|')) sorted.nodes.push(object as Stored<Node>);
    else if (key.startsWith('endpointslices.')) sorted.slices.push(object as Stored<EndpointSlice>);
    else if (key.startsWith('replicasets.')) sorted.sets.push(object as Stored<ReplicaSet>);
  }
  sorted.nodes.sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  return sorted;
}

const TRAY_SLOTS_FROM = 176;

/** One arrangement of one cluster. It remembers who stands where; a new arrangement is a new builder. */
export class StageBuilder {
  private readonly book = new SlotBook();
  private readonly cards = new NodeCards(this.book);
  private readonly serviceBook = new SlotBook();
  private readonly seats = new Seats();
  private frame: StageFrame | undefined;
  private bands: BandBook | undefined;
  private rollouts: { readonly text: string; readonly value: Rollouts } = { text: '', value: new Map() };
  private filter: { readonly key: string; readonly wants: ((subject: Subject) => boolean) | undefined } | undefined;

  constructor(private readonly shape: StageShape) {}

  build(objects: ReadonlyMap<string, Stored>, usage: Usage, filter: StageFilter): Stage {
    const sorted = sortByKind(objects);
    // Where no node of before is left, as while a cluster boots, there is nobody to keep in place.
    if (!sorted.nodes.some(({ metadata }) => this.bands?.has(metadata.name))) this.setOutAnew();
    this.frame ??= makeFrame(this.shape, columnsFor(this.shape, sorted.nodes.length));
    this.bands ??= new BandBook(this.frame);
    const wants = this.wantsOf(filter);
    const rollouts = this.rolloutsOf(sorted.sets);
    const nodes = this.nodes(sorted, usage, rollouts, wants);
    this.placeShelf();
    const services = this.services(sorted, wants);
    const tray = this.tray(sorted.pods, rollouts, wants);
    return this.assemble(sorted, services, nodes, tray, wants !== undefined);
  }

  /** Services that stand under the nodes find their place once the first nodes have theirs. */
  private placeShelf(): void {
    const frame = this.frame!;
    if (frame.areServicesAside || frame.services.y > 0) return;
    const title = 34 * frame.unit;
    const top = this.bands!.keepShelf(title + frame.services.height);
    this.frame = { ...frame, services: { ...frame.services, y: top + title } };
  }

  /** Whether setting everything out anew would suit the number of nodes better. */
  isOutgrown(nodeCount: number): boolean {
    const wanted = columnsFor(this.shape, nodeCount);
    return this.frame !== undefined && (wanted > this.frame.columns * 1.5 || wanted * 1.5 < this.frame.columns);
  }

  /** Sets everything out anew: only when the person asks to see the whole. */
  setOutAnew(): void {
    this.frame = undefined;
    this.bands = undefined;
  }

  private wantsOf(filter: StageFilter): ((subject: Subject) => boolean) | undefined {
    const key = `${filter.namespace}\n${filter.text}`;
    if (this.filter?.key !== key) this.filter = { key, wants: compileFilter(filter) };
    return this.filter.wants;
  }

  private rolloutsOf(sets: readonly Stored<ReplicaSet>[]): Rollouts {
    const value = rolloutsOf(sets);
    const text = JSON.stringify([...value]);
    if (text !== this.rollouts.text) this.rollouts = { text, value };
    return this.rollouts.value;
  }

  private services(sorted: Sorted, wants: ((s: Subject) => boolean) | undefined): readonly ServiceCard[] {
    const lane = this.frame!.services;
    const gap = 8 * this.frame!.unit;
    const width = (lane.width - gap * (lane.columns - 1)) / lane.columns;
    const endpoints = new Map<string, { ready: number; total: number }>();
    for (const { metadata, endpoints: list } of sorted.slices) {
      const key = `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
      const count = endpoints.get(key) ?? { ready: 0, total: 0 };
      for (const { conditions } of list ?? []) {
        count.total += 1;
        if (conditions?.ready !== false) count.ready += 1;
      }
      endpoints.set(key, count);
    }
    const keys = sorted.services.map((service) => `${service.metadata.namespace}/${service.metadata.name}`);
    const slots = this.serviceBook.assign('lane', keys);
    return sorted.services.map((service, at) => {
      const slot = slots.get(keys[at]!)!;
      const { name, namespace = '' } = service.metadata;
      const type = service.spec?.clusterIP === 'None' ? 'Headless' : (service.spec?.type ?? 'ClusterIP');
      return {
        kind: 'service',
        id: `services|${keys[at]}`,
        ...this.serviceSpot(slot, width + gap),
        width,
        height: lane.cardHeight,
        name,
        namespace,
        type,
        address: service.status?.loadBalancer?.ingress?.[0]?.ip ?? service.spec?.clusterIP ?? '',
        ready: endpoints.get(keys[at]!)?.ready ?? 0,
        total: endpoints.get(keys[at]!)?.total ?? 0,
        isMatch: wants?.({ object: service, kind: 'service', status: type, node: '' }) ?? true,
      };
    });
  }

  /**
   * Aside, the lane goes on downwards. In rows, it has the rows that the frame keeps for it; further Services stand to
   * the right of the stage, where they push nobody.
   */
  private serviceSpot(slot: number, step: number): { x: number; y: number } {
    const { services: lane, areServicesAside, width } = this.frame!;
    const rows = Math.max(1, Math.floor(lane.height / lane.pitch));
    const over = slot - rows * lane.columns;
    if (areServicesAside || over < 0)
      return { x: lane.x + (slot % lane.columns) * step, y: lane.y + Math.floor(slot / lane.columns) * lane.pitch };
    return { x: width + 12 + Math.floor(over / rows) * step, y: lane.y + (over % rows) * lane.pitch };
  }

  private nodes(
    sorted: Sorted,
    usage: Usage,
    rollouts: Rollouts,
    wants: ((s: Subject) => boolean) | undefined,
  ): readonly NodeCard[] {
    const pools = new Map<string, string[]>();
    for (const node of sorted.nodes) {
      const names = pools.get(poolOf(node));
      if (names) names.push(node.metadata.name);
      else pools.set(poolOf(node), [node.metadata.name]);
    }
    this.bands!.settle(pools);
    const byNode = new Map<string, Stored<Pod>[]>();
    for (const pod of sorted.pods) {
      const name = pod.spec?.nodeName;
      if (!name) continue;
      const found = byNode.get(name);
      if (found) found.push(pod);
      else byNode.set(name, [pod]);
    }
    return sorted.nodes.map((node) => {
      const { name } = node.metadata;
      const box = this.bands!.boxOf(name);
      return this.cards.card({ node, pods: byNode.get(name) ?? [], box, use: usage[name], rollouts, wants });
    });
  }

  private tray(pods: readonly Stored<Pod>[], rollouts: Rollouts, wants: ((s: Subject) => boolean) | undefined): Tray {
    const box = this.frame!.tray;
    const from = TRAY_SLOTS_FROM;
    const limit = Math.max(1, Math.floor((box.width - from - 40) / 34));
    const waiting = pods.filter((pod) => !pod.spec?.nodeName);
    const seats = this.seats.assign(
      waiting.map(({ metadata }) => metadata.uid),
      limit,
    );
    const chips = waiting.flatMap((pod) => {
      const seat = seats.get(pod.metadata.uid);
      if (seat === undefined) return [];
      const place = { x: from + seat * 34, y: (box.height - 22) / 2, width: 30, height: 22 };
      return [chipOf(pod, place, rollouts, wants)];
    });
    return { kind: 'tray', id: 'tray', ...box, pods: chips, podCount: waiting.length };
  }

  private assemble(
    sorted: Sorted,
    services: readonly ServiceCard[],
    nodes: readonly NodeCard[],
    tray: Tray,
    isFiltered: boolean,
  ): Stage {
    const frame = this.frame!;
    const bands = this.bands!;
    const foot = Math.max(bands.bottom, ...services.map(({ y, height }) => y + height)) + 14;
    const width = Math.max(frame.width, ...services.map((card) => card.x + card.width + 10));
    const items: StageItem[] = [
      { kind: 'ground', title: 'azure', id: 'ground-azure', ...frame.azure },
      { kind: 'ground', title: 'yours', id: 'ground-yours', ...frame.yours, width, height: foot - frame.yours.y },
      ...[...frame.components].map(([id, box]) => ({ kind: 'component' as const, id, ...box })),
      this.servicesHeading(services.length),
      ...this.headings(sorted.nodes),
      tray,
      ...services,
      ...nodes,
    ];
    const pods = new Map<string, { chip: PodChip; home: NodeCard | Tray }>();
    for (const home of [...nodes, tray]) for (const chip of home.pods) pods.set(chip.key, { chip, home });
    const counted = [...services, ...nodes, ...[...pods.values()].map(({ chip }) => chip)];
    return {
      frame,
      items,
      lines: [...frameLines(frame), ...laneLines(frame, services), ...nodeLines(frame, nodes)],
      width,
      height: foot,
      nodes: new Map(nodes.map((card) => [card.name, card])),
      services: new Map(services.map((card) => [card.id, card])),
      pods,
      matches: isFiltered ? counted.filter(({ isMatch }) => isMatch).length : undefined,
      unready: nodes.filter(({ isReady }) => !isReady).length,
    };
  }

  private servicesHeading(count: number): StageItem {
    const { services, unit } = this.frame!;
    const height = 22 * unit;
    return {
      kind: 'services',
      id: 'services',
      count,
      x: services.x,
      y: services.y - height - 2,
      width: services.width,
      height,
    };
  }

  private headings(nodes: readonly Stored<Node>[]): readonly StageItem[] {
    return this.bands!.list.map(({ pool, title, isContinued }, index) => {
      const own = nodes.filter((node) => poolOf(node) === pool);
      const labels = own[0]?.metadata.labels ?? {};
      const zones = new Set(own.map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone'] ?? ''));
      return {
        kind: 'pool',
        id: `pool-${index}`,
        ...title,
        name: pool,
        mode: labels['kubernetes.azure.com/mode'] ?? '',
        vmSize: labels['node.kubernetes.io/instance-type'] ?? '',
        zones: [...zones].filter((zone) => zone !== '').sort(),
        count: own.length,
        ready: own.filter(({ status }) =>
          status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
        ).length,
        isContinued,
      };
    });
  }
}

function laneLines(frame: StageFrame, services: readonly ServiceCard[]): readonly StageLine[] {
  const foot = Math.max(frame.dataTop, ...services.map(({ y, height }) => y + height / 2));
  const gutter: StageLine = {
    points: [
      { x: frame.dataX, y: frame.dataTop },
      { x: frame.dataX, y: foot },
    ],
    kind: 'data',
    isTwig: false,
  };
  return [
    gutter,
    ...services.map((card) => ({ points: serviceDock(frame, card), kind: 'data' as const, isTwig: true })),
  ];
}

/** From the data gutter to the edge of a Service. */
export function serviceDock(frame: StageFrame, { x, y, width, height }: Box): readonly { x: number; y: number }[] {
  if (frame.areServicesAside)
    return [
      { x: frame.dataX, y: y + height / 2 },
      { x, y: y + height / 2 },
    ];
  const rail = y + height + 5 * frame.unit;
  return [
    { x: frame.dataX, y: rail },
    { x: x + width / 2, y: rail },
    { x: x + width / 2, y: y + height },
  ];
}

/** The rails over and under each row of nodes, the gutters beside them, and the ends at the ports. */
function nodeLines(frame: StageFrame, nodes: readonly NodeCard[]): readonly StageLine[] {
  const rows = new Map<number, { left: number; right: number; card: NodeCard }>();
  const lines: StageLine[] = [];
  for (const card of nodes) {
    const row = rows.get(card.y);
    const left = controlRiser(card);
    rows.set(card.y, { left, right: Math.max(row?.right ?? 0, left), card });
    for (const port of [card.kubelet, card.kubeProxy]) {
      const y = card.y + port.y + port.height / 2;
      lines.push({
        points: [
          { x: left, y: controlRail(card) },
          { x: left, y },
          { x: card.x, y },
        ],
        kind: 'control',
        isTwig: true,
      });
    }
  }
  for (const { right, card } of rows.values()) {
    const [control, data] = [controlRail(card), dataRail(card)];
    lines.push({
      points: [
        { x: frame.controlX, y: control },
        { x: right, y: control },
      ],
      kind: 'control',
      isTwig: false,
    });
    lines.push({
      points: [
        { x: frame.pools.x, y: data },
        { x: frame.dataX, y: data },
      ],
      kind: 'data',
      isTwig: false,
    });
  }
  if (nodes.length > 0) {
    const foot = Math.max(...[...rows.values()].map(({ card }) => controlRail(card)));
    const dataFoot = Math.max(...[...rows.values()].map(({ card }) => dataRail(card)));
    const top = frame.controlRoot.at(-1)!.y;
    lines.push({
      points: [
        { x: frame.controlX, y: top },
        { x: frame.controlX, y: foot },
      ],
      kind: 'control',
      isTwig: false,
    });
    lines.push({
      points: [
        { x: frame.dataX, y: frame.dataTop },
        { x: frame.dataX, y: dataFoot },
      ],
      kind: 'data',
      isTwig: false,
    });
  }
  return lines;
}
