import { ReactFlow, ReactFlowProvider, useStore as useFlow, type Node } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, IconButton } from '../../design/index.ts';
import type { WorldOptions } from '../../../sim/options.ts';
import { simulation } from '../../state/simulation.ts';
import { select, view } from '../../state/view.ts';
import { foldFacts, NO_FACTS } from '../../view/control-plane.ts';
import { relationsOf } from '../../view/relations.ts';
import { StageBuilder, type Stage } from '../../view/stage.ts';
import type { NodeCard, StageItem } from '../../view/stage-types.ts';
import { useCamera, useCameraChange, useKeepInSight, useShape, type StageSize } from './camera.ts';
import { Caption } from './Caption.tsx';
import { GroundView, PoolHeadingView, ServiceCardView, ServicesHeadingView, TrayView } from './cards.tsx';
import { ComponentCardView } from './ComponentCardView.tsx';
import { cardType } from './Face.tsx';
import { GroundCanvas } from './GroundCanvas.tsx';
import { HoverCard } from './HoverCard.tsx';
import { Legend } from './Legend.tsx';
import { NodeCardView } from './NodeCardView.tsx';
import { PacketCanvas } from './PacketCanvas.tsx';
import { pick, picture } from './picture.ts';
import { moveFocus } from './spatial-keys.ts';
import { StageList } from './StageList.tsx';
import { clearFilter, StageTools, type Showing } from './StageTools.tsx';
import { detailOf, leastZoom, stepOf, ZOOM_MOST } from './zoom.ts';
import './diagram.css';

const TYPES = {
  component: cardType<'component'>(ComponentCardView),
  node: cardType<'node'>(NodeCardView),
  service: cardType<'service'>(ServiceCardView),
  ground: cardType<'ground'>(GroundView),
  pool: cardType<'pool'>(PoolHeadingView),
  services: cardType<'services'>(ServicesHeadingView),
  tray: cardType<'tray'>(TrayView),
};

const NO_HANDLES: never[] = [];
/** Up to so many nodes every card is mounted, so that Tab and arrow keys also come to those out of sight. */
const MOUNTED_WHOLE = 60;
const flowNodes = new WeakMap<StageItem, Node>();

/** React Flow's node for an item; the same item gives the same node, so that only what changed is drawn. */
function toFlow(item: StageItem): Node {
  const known = flowNodes.get(item);
  if (known) return known;
  const node: Node = {
    id: item.id,
    type: item.kind,
    position: { x: item.x, y: item.y },
    width: item.width,
    height: item.height,
    // Told that there are none, React Flow need not mount all the nodes of a large cluster once to look for them.
    handles: NO_HANDLES,
    data: { item },
    draggable: false,
    selectable: false,
    focusable: false,
    connectable: false,
    zIndex: item.kind === 'ground' ? 0 : 1,
  };
  flowNodes.set(item, node);
  return node;
}

/** The stage: what Azure runs, what the customer pays for, and what travels between them. */
export function Diagram(): React.JSX.Element {
  return (
    <ReactFlowProvider>
      <Measured />
    </ReactFlowProvider>
  );
}

/** The stage is laid out for the room it has, so nothing is laid out before that is known. */
function Measured(): React.JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<StageSize>();
  useEffect(() => {
    const element = host.current!;
    const watch = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) setSize({ width, height });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return (
    <div className="stage-host" ref={host}>
      {size ? <Laid size={size} /> : null}
    </div>
  );
}

const clusterOf = (options: WorldOptions | undefined): string =>
  options ? `${options.seed}/${JSON.stringify(options.pools)}` : '';

function useStage(size: StageSize): { stage: Stage; setOutAnew(): void } {
  // Deferred, a frame with hundreds of changed pods is drawn in slices, and the page answers in between.
  const objects = useDeferredValue(useStore(simulation, (state) => state.objects));
  const usage = useDeferredValue(useStore(simulation, (state) => state.usage));
  // Every entry into the past brings the options along anew; only other options are another cluster.
  const cluster = useDeferredValue(useStore(simulation, (state) => clusterOf(state.options)));
  const filter = useStore(view, (state) => state.filter);
  const namespace = useStore(view, (state) => state.namespace);
  const selected = useStore(view, (state) => state.selected);
  const shape = useShape(size);
  const [turn, setTurn] = useState(0);
  const builder = useMemo(() => ({ cluster, builder: new StageBuilder(shape) }), [shape, cluster]).builder;
  const stage = useMemo(
    () => ({ turn, stage: builder.build(objects, usage, { text: filter, namespace }) }),
    [builder, objects, usage, filter, namespace, turn],
  ).stage;
  const relations = useMemo(() => relationsOf(selected, objects), [selected, objects]);
  useEffect(() => picture.setState({ stage, relations }), [stage, relations]);
  const setOutAnew = (): void => {
    if (!builder.isOutgrown(stage.nodes.size)) return;
    builder.setOutAnew();
    setTurn((before) => before + 1);
  };
  return { stage, setOutAnew };
}

/** Folds new events into what the cards of the control plane say. */
function useFacts(): void {
  useEffect(
    () =>
      simulation.subscribe((state, before) => {
        const isOther = state.epoch !== before.epoch;
        if (!isOther && state.events === before.events && state.seq === before.seq) return;
        const { facts, lit } = picture.getState();
        const isBack = isOther || state.seq < facts.seq;
        picture.setState({
          facts: foldFacts(isBack ? NO_FACTS : facts, state.events, state.seq),
          lit: isBack || !state.isPlaying ? undefined : lit,
        });
      }),
    [],
  );
}

function Laid({ size }: { size: StageSize }): React.JSX.Element {
  const { t } = useTranslation();
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const { stage, setOutAnew } = useStage(size);
  useFacts();
  const [showing, setShowing] = useState<Showing>('graph');
  const camera = useCamera(stage, size);
  useKeepInSight(
    stage,
    useStore(view, (state) => state.selected),
    size,
  );
  const root = useRef<HTMLDivElement>(null);
  const latest = useRef(stage);
  latest.current = stage;
  const nodes = useMemo(() => stage.items.map(toFlow), [stage]);
  const step = useFlow((state) => stepOf(state.transform[2], stage.frame.nodeWidth));
  const detail = useFlow((state) => detailOf(state.transform[2], stage.frame));
  const shown = useMemo(() => (step === 'fleet' ? nodes.filter(({ type }) => type !== 'node') : nodes), [nodes, step]);
  useCameraChange((zoom) => {
    root.current?.style.setProperty('--zoom', String(zoom));
    if (picture.getState().pointed) picture.setState({ pointed: undefined });
  });
  const fit = (): void => {
    setOutAnew();
    // The camera looks once the new arrangement stands.
    requestAnimationFrame(() => camera.fit(true));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') camera.zoomBy(1.3);
    else if (event.key === '-') camera.zoomBy(1 / 1.3);
    else if (event.key === '0') fit();
    else if (event.key === 'Escape') select(undefined);
    else if (!moveFocus(root.current!, event.key)) return;
    event.preventDefault();
  };
  const hasNoMatch = stage.matches === 0;
  return (
    <>
      <StageTools showing={showing} onShow={setShowing} />
      {showing === 'list' ? <StageList stage={stage} /> : null}
      <div
        ref={root}
        className="graph"
        hidden={showing === 'list'}
        data-step={step}
        data-detail={detail}
        data-shape={stage.frame.shape}
        onKeyDown={onKeyDown}
      >
        <ReactFlow
          nodes={shown}
          edges={NO_EDGES}
          nodeTypes={TYPES}
          minZoom={leastZoom(stage.frame)}
          maxZoom={ZOOM_MOST}
          nodesConnectable={false}
          nodesFocusable={false}
          disableKeyboardA11y
          onlyRenderVisibleElements={stage.nodes.size > MOUNTED_WHOLE}
          zoomOnDoubleClick={false}
          panOnScroll={stage.frame.shape !== 'wide'}
          onMoveStart={(event) => (event ? camera.release() : undefined)}
          onMoveEnd={camera.rest}
          onPaneClick={(event) => {
            const node = step === 'fleet' ? nodeAt(latest.current, root.current!, event) : undefined;
            if (node) pick(node.id);
            else select(undefined);
          }}
          onPaneMouseMove={(event) => {
            if (step !== 'fleet') return;
            const node = nodeAt(latest.current, root.current!, event);
            const box = root.current!.getBoundingClientRect();
            picture.setState({
              pointed: node ? { key: node.id, x: event.clientX - box.left, y: event.clientY - box.top + 8 } : undefined,
            });
          }}
        />
        <GroundCanvas stage={stage} size={size} />
        <PacketCanvas stage={latest} size={size} />
        <div className="zoom-buttons" role="group" aria-label={t('stage.zoom')}>
          <IconButton
            kind="secondary"
            label={t('stage.zoomIn')}
            shortcut="+"
            icon={<Plus size={14} aria-hidden />}
            onClick={() => camera.zoomBy(1.5)}
          />
          <IconButton
            kind="secondary"
            label={t('stage.zoomOut')}
            shortcut="-"
            icon={<Minus size={14} aria-hidden />}
            onClick={() => camera.zoomBy(1 / 1.5)}
          />
          <IconButton
            kind="secondary"
            label={t('stage.fit')}
            shortcut="0"
            icon={<Maximize size={14} aria-hidden />}
            onClick={fit}
          />
        </div>
        <Legend isFolded={size.width < 800} />
        {isBooted && stage.nodes.size > 0 && !hasNoMatch ? <Caption stage={stage} size={size} /> : null}
        <HoverCard width={size.width} height={size.height} />
      </div>
      {!isBooted ? (
        <p className="stage-notice" role="status">
          {t('app.booting')}
        </p>
      ) : stage.nodes.size === 0 ? (
        <p className="stage-notice" role="status">
          {t('stage.empty')}
        </p>
      ) : hasNoMatch ? (
        <div className="stage-notice" role="status">
          <p>{t('stage.noMatch')}</p>
          <p className="soft">{t('stage.searchHint')}</p>
          <Button kind="primary" onClick={clearFilter}>
            {t('stage.clear')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

const NO_EDGES: never[] = [];

/** The node drawn under the pointer, from afar. */
function nodeAt(stage: Stage, root: Element, event: React.MouseEvent): NodeCard | undefined {
  const viewport = root.querySelector('.react-flow__viewport')!;
  const { a: zoom, e: left, f: top } = new DOMMatrix(getComputedStyle(viewport).transform);
  const box = root.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left - left) / zoom, (event.clientY - box.top - top) / zoom];
  for (const card of stage.nodes.values()) {
    if (x >= card.x && x <= card.x + card.width && y >= card.y && y <= card.y + card.height) return card;
  }
  return undefined;
}
