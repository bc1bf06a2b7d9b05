/** The cards of the stage. Each is a button that selects what it stands for. */
import type { NodeProps } from '@xyflow/react';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { select, view } from '../../state/view.ts';
import type { ComponentCard, NodeCard, PodChip, Region, ServiceCard, Tray } from '../../view/stage.ts';
import { shorten } from '../../view/stage.ts';

const itemOf = <T,>(props: NodeProps): T => (props.data as { item: T }).item;

function pick(key: string): void {
  select(key);
  view.setState({ narrow: 'right' });
}

export function RegionView(props: NodeProps): React.JSX.Element {
  const { t } = useTranslation();
  const { title, lines } = itemOf<Region>(props);
  return (
    <div className={`region ${title}`}>
      {t(`stage.${title}`)}
      {lines ? (
        <svg className="hub" aria-hidden>
          {lines.map(([from, to], index) => (
            <line key={index} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
          ))}
        </svg>
      ) : null}
    </div>
  );
}

export function ComponentCardView(props: NodeProps): React.JSX.Element {
  const { t } = useTranslation();
  const { id } = itemOf<ComponentCard>(props);
  const isSelected = useStore(view, (state) => state.selected === id);
  const life = useStore(simulation, (state) => state.lives.get(id)?.state);
  return (
    <button type="button" className={isSelected ? 'card selected' : 'card'} onClick={() => pick(id)}>
      <strong>{t(`component.${id}`)}</strong>
      <small>{life ?? ' '}</small>
    </button>
  );
}

export function ServiceCardView(props: NodeProps): React.JSX.Element {
  const item = itemOf<ServiceCard>(props);
  const isSelected = useStore(view, (state) => state.selected === item.id);
  return (
    <button
      type="button"
      className={isSelected ? 'card selected' : 'card'}
      title={`${item.namespace}/${item.name}`}
      onClick={() => pick(item.id)}
    >
      <strong>{shorten(item.name, 24)}</strong>
      <small>{`${item.type} ${item.address} · ${item.ready}/${item.total}`}</small>
    </button>
  );
}

export function NodeCardView(props: NodeProps): React.JSX.Element {
  const { t } = useTranslation();
  const item = itemOf<NodeCard>(props);
  const isSelected = useStore(view, (state) => state.selected === item.id);
  const status = item.isReady ? t('stage.ready') : t('stage.notReady');
  const share = (amount: number): string =>
    `${Math.min(100, item.allocatableCpu === 0 ? 0 : (100 * amount) / item.allocatableCpu)}%`;
  const cpu = `CPU ${Math.round(item.requestedCpu)}m ${t('stage.requested')}, ${Math.round(item.usedCpu)}m ${t('stage.used')}, ${item.allocatableCpu}m`;
  return (
    <div className={isSelected ? 'card node selected' : 'card node'}>
      <button
        type="button"
        className="head"
        title={item.name}
        aria-label={`${item.name}, ${status}, ${t('stage.pods', { count: item.podCount })}, ${cpu}`}
        onClick={() => pick(item.id)}
      >
        <strong>{shorten(item.name.replace(/^aks-/, '').replace(/-\d{8}-/, '-'), item.isCompact ? 15 : 21)}</strong>
        <small>
          {item.isReady ? (
            <CircleCheck size={13} aria-hidden color="var(--ok)" />
          ) : (
            <CircleAlert size={13} aria-hidden color="var(--failure)" />
          )}
          {item.isCompact ? item.podCount : `${status} · ${item.zone}`}
        </small>
        {item.isCompact ? null : <small>{t('stage.pods', { count: item.podCount })}</small>}
        {item.isCompact ? null : (
          <span className="bar" style={{ display: 'block' }} title={cpu}>
            <i style={{ width: share(item.requestedCpu) }} />
            <i className="used" style={{ width: share(item.usedCpu) }} />
          </span>
        )}
      </button>
      {item.isCompact ? null : (
        <span className="ports" aria-hidden>
          <span>kubelet</span>
          <span>proxy</span>
        </span>
      )}
      {item.pods.map((pod) => (
        <PodChipView key={pod.key} pod={pod} />
      ))}
    </div>
  );
}

export function TrayView(props: NodeProps): React.JSX.Element {
  const { t } = useTranslation();
  const { pods, podCount } = itemOf<Tray>(props);
  return (
    <div className="card tray">
      <span className="soft">{podCount === 0 ? t('stage.noneWaiting') : t('stage.waiting', { count: podCount })}</span>
      {pods.map((pod) => (
        <PodChipView key={pod.key} pod={pod} />
      ))}
    </div>
  );
}

const MARK = { ready: '', starting: '·', waiting: '~', failed: '!', ending: '×', done: '✓' } as const;

function PodChipView({ pod }: { pod: PodChip }): React.JSX.Element {
  const isSelected = useStore(view, (state) => state.selected === pod.key);
  const label = `${pod.namespace}/${pod.name}, ${pod.health.word}${pod.restarts > 0 ? `, ${pod.restarts}` : ''}`;
  return (
    <button
      type="button"
      className={`chip ${pod.health.shape}${isSelected ? ' selected' : ''}`}
      style={{ left: pod.x - 1, top: pod.y - 1, color: `var(--data-${pod.colour})` }}
      title={label}
      aria-label={label}
      onClick={() => pick(pod.key)}
    >
      {pod.restarts > 0 ? pod.restarts : MARK[pod.health.shape]}
    </button>
  );
}
