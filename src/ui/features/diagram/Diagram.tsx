import {
  Background,
  BackgroundVariant,
  Controls,
  ReactFlow,
  ReactFlowProvider,
  type Node,
  type NodeTypes,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { select, view } from '../../state/view.ts';
import { PACKET_KINDS } from '../../view/packets.ts';
import { buildStage, SlotBook, type StageItem } from '../../view/stage.ts';
import { tell } from '../../view/narrate.ts';
import { ComponentCardView, NodeCardView, RegionView, ServiceCardView, TrayView } from './cards.tsx';
import { PacketCanvas } from './PacketCanvas.tsx';
import './diagram.css';

const TYPES: NodeTypes = {
  component: ComponentCardView,
  node: NodeCardView,
  service: ServiceCardView,
  region: RegionView,
  tray: TrayView,
};

function toFlow(item: StageItem): Node {
  const isGround = item.kind === 'region';
  return {
    id: item.id,
    type: item.kind,
    position: { x: item.x, y: item.y },
    width: item.width,
    height: item.height,
    data: { item },
    draggable: false,
    selectable: false,
    focusable: false,
    connectable: false,
    zIndex: isGround ? 0 : 1,
  };
}

/** The stage: what Azure runs, what the customer pays for, and what travels between them. */
export function Diagram(): React.JSX.Element {
  const { t } = useTranslation();
  const objects = useStore(simulation, (state) => state.objects);
  const usage = useStore(simulation, (state) => state.usage);
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const { filter, namespace, hiddenPackets } = useStore(view);
  const [book] = useState(() => new SlotBook());
  const stage = useMemo(
    () => buildStage(objects, usage, { text: filter, namespace }, book),
    [objects, usage, filter, namespace, book],
  );
  const nodes = useMemo(() => stage.items.map(toFlow), [stage]);
  const places = useRef(stage.places);
  places.current = stage.places;
  const namespaces = useMemo(
    () =>
      [...objects.keys()]
        .filter((key) => key.startsWith('namespaces|'))
        .map((key) => key.slice('namespaces|'.length))
        .sort(),
    [objects],
  );
  const hasNodes = stage.items.some(({ kind }) => kind === 'node');
  return (
    <ReactFlowProvider>
      <ReactFlow
        nodes={nodes}
        edges={[]}
        nodeTypes={TYPES}
        fitView
        fitViewOptions={{ padding: { top: '52px', bottom: '76px', left: '16px', right: '16px' } }}
        minZoom={0.08}
        maxZoom={2.5}
        nodesConnectable={false}
        nodesFocusable={false}
        onlyRenderVisibleElements
        onPaneClick={() => select(undefined)}
        key={isBooted ? 'booted' : 'booting'}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1} color="var(--line)" />
        <Controls showInteractive={false} position="bottom-right" />
      </ReactFlow>
      <PacketCanvas places={places} />
      <div className="tools">
        <select
          className="field"
          aria-label={t('stage.namespace')}
          value={namespace}
          onChange={(event) => view.setState({ namespace: event.target.value })}
        >
          <option value="">{`${t('stage.namespace')}: ${t('stage.all')}`}</option>
          {namespaces.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <input
          className="field"
          type="search"
          aria-label={t('stage.search')}
          placeholder={t('stage.search')}
          value={filter}
          onChange={(event) => view.setState({ filter: event.target.value })}
        />
        {filter || namespace ? (
          <button type="button" className="button" onClick={() => view.setState({ filter: '', namespace: '' })}>
            {t('stage.clear')}
          </button>
        ) : null}
      </div>
      {!isBooted ? (
        <p className="caption">{t('app.booting')}</p>
      ) : !hasNodes ? (
        <p className="caption">{t('stage.empty')}</p>
      ) : (
        <Caption />
      )}
      <div className="legend" role="group" aria-label={t('stage.legend')}>
        {PACKET_KINDS.map((kind) => {
          const isHidden = hiddenPackets.includes(kind);
          return (
            <button
              key={kind}
              type="button"
              className="button"
              aria-pressed={!isHidden}
              onClick={() =>
                view.setState({
                  hiddenPackets: isHidden ? hiddenPackets.filter((item) => item !== kind) : [...hiddenPackets, kind],
                })
              }
            >
              <i
                aria-hidden
                style={{ background: `var(--packet-${kind})`, borderRadius: kind === 'watch' ? 0 : '50%' }}
              />
              {t(`packet.${kind}`)}
            </button>
          );
        })}
      </div>
    </ReactFlowProvider>
  );
}

/** When stepped: what the shown event is. */
function Caption(): React.JSX.Element | null {
  const { t } = useTranslation();
  const { isPlaying, seq, events } = useStore(simulation);
  if (isPlaying) return null;
  const event = events.findLast((item) => item.seq <= seq);
  if (!event) return null;
  return (
    <p className="caption" role="status">
      {tell(t, event)}
    </p>
  );
}
