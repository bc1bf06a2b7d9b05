/**
 * The frame of the stage: where the control plane, the lanes and the gutters stand, for each arrangement. `unit` makes
 * all of it larger for a large cluster, so that it stays in proportion when the camera shows every node.
 */
import type { Box, Point, Polyline, StageLine, StageShape } from './stage-types.ts';

export interface StageFrame {
  readonly shape: StageShape;
  readonly unit: number;
  readonly width: number;
  readonly azure: Box;
  readonly yours: Point & { readonly width: number };
  readonly components: ReadonlyMap<string, Box>;
  /** From the edge of the API server to the edge of each component. */
  readonly hub: ReadonlyMap<string, Polyline>;
  /** From the edge of the API server to the top of the control gutter. */
  readonly controlRoot: Polyline;
  /** From the top of the data gutter to what lies outside the cluster. */
  readonly outside: ReadonlyMap<string, Polyline>;
  readonly controlX: number;
  readonly dataX: number;
  readonly dataTop: number;
  readonly tray: Box;
  readonly services: Box & { readonly columns: number; readonly cardHeight: number; readonly pitch: number };
  /** Services on top of each other meet the data gutter at their side; lying in rows, at their foot. */
  readonly areServicesAside: boolean;
  readonly pools: Point & { readonly width: number };
  readonly columns: number;
  readonly nodeWidth: number;
}

const WIDTHS: Readonly<Record<StageShape, number>> = { wide: 1048, medium: 712, tall: 372 };
const NODE_GAP = 18;
export const NODE_HEIGHT = 196;

export function shapeFor(pixels: number): StageShape {
  return pixels >= 920 ? 'wide' : pixels >= 560 ? 'medium' : 'tall';
}

/** As many columns of nodes as keep the whole near the shape of the window. */
export function columnsFor(shape: StageShape, nodeCount: number): number {
  const least = { wide: 3, medium: 2, tall: 1 }[shape];
  const stretch = { wide: 1.38, medium: 0.9, tall: 0.45 }[shape];
  return nodeCount <= least * 5 ? least : Math.max(least, Math.ceil(Math.sqrt(nodeCount * stretch)));
}

export function makeFrame(shape: StageShape, columns: number): StageFrame {
  const least = columnsFor(shape, 1);
  const base = WIDTHS[shape];
  const side = shape === 'wide' ? 28 + 240 : 28 + 24;
  const nodeWidth = Math.floor((base - side - NODE_GAP * (least - 1)) / least);
  const poolsWidth = columns * (nodeWidth + NODE_GAP) - NODE_GAP;
  // All else keeps its proportions to the pools, so that no node reaches beyond the place that is theirs.
  const unit = columns === least ? 1 : poolsWidth / (base - side);
  const frame = shape === 'wide' ? wideFrame(unit) : stackedFrame(shape, unit);
  return { ...frame, shape, unit, columns, nodeWidth, pools: { ...frame.pools, width: poolsWidth } };
}

type BareFrame = Omit<StageFrame, 'shape' | 'unit' | 'columns' | 'nodeWidth' | 'pools'> & { readonly pools: Point };

const scaler =
  (unit: number) =>
  (x: number, y: number, width: number, height: number): Box => ({
    x: x * unit,
    y: y * unit,
    width: width * unit,
    height: height * unit,
  });

const path = (unit: number, ...points: readonly (readonly [number, number])[]): Polyline =>
  points.map(([x, y]) => ({ x: x * unit, y: y * unit }));

/** The control plane above, Services at the right, what lies outside at both sides. */
function wideFrame(unit: number): BareFrame {
  const box = scaler(unit);
  const line = (...points: readonly (readonly [number, number])[]): Polyline => path(unit, ...points);
  const [top, foot, api, apiFoot] = [30, 90, 112, 172];
  const components = new Map<string, Box>([
    ['client/dashboard', box(0, 78, 100, 28)],
    ['client', box(0, 112, 100, 28)],
    ['client/pipeline', box(0, 146, 100, 28)],
    ['kube-scheduler', box(124, top, 214, 60)],
    ['kube-controller-manager', box(348, top, 236, 60)],
    ['etcd', box(594, top, 112, 60)],
    ['cloud-controller-manager', box(716, top, 176, 60)],
    ['kube-apiserver', box(124, api, 768, 60)],
    ['registry', box(930, top, 118, 60)],
    ['internet', box(930, api, 118, 60)],
  ]);
  const up = (x: number): Polyline => line([x, api], [x, foot]);
  const gap = 193;
  return {
    width: 1048 * unit,
    azure: box(108, 0, 800, 184),
    yours: { x: 0, y: 202 * unit, width: 1048 * unit },
    components,
    hub: new Map([
      ['client/dashboard', line([124, 118], [104, 118], [104, 92], [100, 92])],
      ['client', line([124, 126], [100, 126])],
      ['client/pipeline', line([124, 160], [100, 160])],
      ['kube-scheduler', up(231)],
      ['kube-controller-manager', up(466)],
      ['etcd', up(650)],
      ['cloud-controller-manager', up(804)],
    ]),
    controlRoot: line([146, apiFoot], [146, gap], [12, gap]),
    outside: new Map([
      ['registry', line([826, gap], [919, gap], [919, 60], [930, 60])],
      ['internet', line([826, gap], [919, gap], [919, 142], [930, 142])],
    ]),
    controlX: 12 * unit,
    dataX: 826 * unit,
    dataTop: gap * unit,
    tray: box(28, 230, 780, 34),
    services: { ...box(842, 256, 194, 260), columns: 1, cardHeight: 42 * unit, pitch: 50 * unit },
    areServicesAside: true,
    pools: { x: 28 * unit, y: 272 * unit },
  };
}

/** Clients of the API that stand outside the cluster, beside each other. */
const CLIENTS = ['client', 'client/dashboard', 'client/pipeline'] as const;

/** What lies outside, in one row; where it is narrow, the clients beside kubectl are known by their sign. */
function outsideRow(
  shape: StageShape,
  inner: number,
): readonly { readonly id: string; readonly x: number; readonly width: number }[] {
  const gap = 6;
  const ids = [...CLIENTS, 'registry', 'internet'];
  const each = Math.floor((inner - 4 * gap) / 5);
  // Registry and Internet are longer words than kubectl in either language.
  const [sign, client, other] = shape === 'tall' ? [32, 78, 83] : [each, each, each];
  let x = 20;
  return ids.map((id) => {
    const width = id.startsWith('client/') ? sign : id === 'client' ? client : other;
    const place = { id, x, width };
    x += width + gap;
    return place;
  });
}

/** One under the other: outside, control plane, Services, nodes. The gutters run down both sides. */
function stackedFrame(shape: StageShape, unit: number): BareFrame {
  const box = scaler(unit);
  const line = (...points: readonly (readonly [number, number])[]): Polyline => path(unit, ...points);
  const width = WIDTHS[shape];
  const [right, inner] = [width - 8, width - 40];
  const top = outsideRow(shape, inner);
  const components = new Map<string, Box>(top.map(({ id, x, width: own }) => [id, box(x, 0, own, 32)]));
  const hub = new Map<string, Polyline>();
  const apiY = 150;
  const apiHeight = shape === 'medium' ? 74 : 100;
  const below = apiY + apiHeight + 18;
  const place = (id: string, x: number, y: number, cardWidth: number): void => {
    components.set(id, box(x, y, cardWidth, 60));
    const middle = x + cardWidth / 2;
    hub.set(id, y < apiY ? line([middle, apiY], [middle, y + 60]) : line([middle, apiY + apiHeight], [middle, y]));
  };
  components.set('kube-apiserver', box(28, apiY, inner - 16, apiHeight));
  if (shape === 'medium') {
    place('kube-scheduler', 28, 72, 188);
    place('kube-controller-manager', 226, 72, 180);
    place('etcd', 416, 72, 102);
    place('cloud-controller-manager', 528, 72, 156);
  } else {
    const half = (inner - 16 - 10) / 2;
    // The three queues of the scheduler need the room; a name of two words goes on two lines.
    place('kube-scheduler', 28, 72, 182);
    place('kube-controller-manager', 218, 72, inner - 206);
    place('etcd', 28, below, half);
    place('cloud-controller-manager', 28 + half + 10, below, half);
  }
  const azureFoot = shape === 'medium' ? apiY + apiHeight + 12 : below + 60 + 12;
  const yoursTop = azureFoot + 12;
  const [columns, rows] = shape === 'medium' ? [3, 2] : [2, 3];
  const middleOf = (id: string): number => {
    const found = top.find((item) => item.id === id)!;
    return found.x + found.width / 2;
  };
  for (const id of CLIENTS) {
    const x = middleOf(id);
    hub.set(id, line([28, apiY + 18], [10, apiY + 18], [10, 39], [x, 39], [x, 32]));
  }
  const outsideOf = (id: string): Polyline => line([right, 39], [middleOf(id), 39], [middleOf(id), 32]);
  return {
    width: width * unit,
    azure: box(16, 46, width - 32, azureFoot - 46),
    yours: { x: 0, y: yoursTop * unit, width: width * unit },
    components,
    hub,
    controlRoot: line([28, apiY + apiHeight - 18], [10, apiY + apiHeight - 18]),
    outside: new Map([
      ['registry', outsideOf('registry')],
      ['internet', outsideOf('internet')],
    ]),
    controlX: 10 * unit,
    dataX: right * unit,
    dataTop: 39 * unit,
    tray: box(28, yoursTop + 28, width - 52, 34),
    services: {
      // How far down they stand follows from the nodes above them.
      ...box(28, 0, width - 52, rows * 52),
      columns,
      cardHeight: 42 * unit,
      pitch: 52 * unit,
    },
    areServicesAside: false,
    pools: { x: 28 * unit, y: (yoursTop + 68) * unit },
  };
}

/** The lines of the frame that are always there, but for those of nodes and Services. */
export function frameLines(frame: StageFrame): readonly StageLine[] {
  return [
    ...[...frame.hub.values()].map((points) => ({ points, kind: 'control' as const, isTwig: false })),
    { points: frame.controlRoot, kind: 'control' as const, isTwig: false },
    ...[...frame.outside.values()].map((points) => ({ points, kind: 'data' as const, isTwig: false })),
  ];
}
