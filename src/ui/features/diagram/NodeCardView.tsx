/** A node: its state in a sign and a word, its ports, what it has and what is taken, and its pods in a stable grid. */
import { useStore as useFlow } from '@xyflow/react';
import { Ban, CircleAlert, CircleCheck, Flag, Gauge, Tag } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { sayBytes, sayMillis } from '../../view/amounts.ts';
import type { Meter, NodeCard } from '../../view/stage-types.ts';
import { Face, useIsNominated } from './Face.tsx';
import { pick, pointAt } from './picture.ts';
import { Chip } from './Chip.tsx';
import { DensePods } from './DensePods.tsx';
import { hasButtons } from './zoom.ts';

export function NodeCardView({ item }: { item: NodeCard }): React.JSX.Element {
  const areButtons = useFlow((state) => hasButtons(item, state.transform[2]));
  // A node that runs what is searched for stays, whether or not it is itself found.
  const isWanted = item.isMatch || item.pods.some(({ isMatch }) => isMatch);
  return (
    <Face id={item.id} className={`card node ${item.isReady ? '' : 'is-down'} ${isWanted ? '' : 'unwanted'}`}>
      <Head item={item} />
      <Ports item={item} />
      {areButtons ? item.pods.map((pod) => <Chip key={pod.key} pod={pod} />) : <DensePods item={item} />}
    </Face>
  );
}

function Head({ item }: { item: NodeCard }): React.JSX.Element {
  const { t } = useTranslation();
  const status = item.isReady ? t('stage.ready') : t('stage.notReady');
  const more = [item.isCordoned && 'SchedulingDisabled', ...item.pressures].filter(Boolean).join(', ');
  const label = [
    item.name,
    status,
    more,
    item.zone,
    t('stage.pods', { count: item.pods.length }),
    sayMeter(t, 'CPU', item.cpu, sayMillis),
    sayMeter(t, t('stage.memory'), item.memory, sayBytes),
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <button
      type="button"
      className="hit head"
      data-stage-card
      aria-label={label}
      onClick={() => pick(item.id)}
      onPointerEnter={(event) => pointAt(item.id, event.currentTarget)}
      onPointerLeave={() => pointAt(undefined)}
      onFocus={(event) =>
        event.currentTarget.matches(':focus-visible') ? pointAt(item.id, event.currentTarget) : undefined
      }
      onBlur={() => pointAt(undefined)}
    >
      <span className="title">
        {item.isReady ? (
          <CircleCheck className="ok" size={14} aria-hidden />
        ) : (
          <CircleAlert className="problem" size={14} aria-hidden />
        )}
        <strong>{item.shortName}</strong>
        <Nominated name={item.name} />
        <Heat name={item.name} />
        <span className="count">{item.pods.length}</span>
      </span>
      <small className="facts">
        <span className={item.isReady ? undefined : 'problem'}>{status}</span>
        {item.isCordoned ? (
          <span className="warn">
            <Ban size={12} aria-hidden /> {t('stage.cordoned')}
          </span>
        ) : null}
        {item.pressures.map((pressure) => (
          <span key={pressure} className="warn">
            <Gauge size={12} aria-hidden /> {pressure.replace('Pressure', '')}
          </span>
        ))}
        {item.taints.length > 0 && !item.isCordoned ? (
          <span>
            <Tag size={12} aria-hidden /> {t('stage.taints', { count: item.taints.length })}
          </span>
        ) : null}
        <span>{item.zone}</span>
      </small>
      <MeterBar title="CPU" meter={item.cpu} say={sayMillis} />
      <MeterBar title={t('stage.memory')} meter={item.memory} say={sayBytes} />
    </button>
  );
}

type Say = (amount: number) => string;

export function sayMeter(
  t: (key: string, values?: Record<string, string>) => string,
  title: string,
  { requested, used, allocatable, capacity }: Meter,
  say: Say,
): string {
  return `${title}: ${t('stage.meter', {
    requested: say(requested),
    used: say(used),
    allocatable: say(allocatable),
    reserved: say(capacity - allocatable),
  })}`;
}

/** Requested is a filled bar, used a mark on it, reserved a hatched end: told apart by shape, not by colour alone. */
function MeterBar({ title, meter, say }: { title: string; meter: Meter; say: Say }): React.JSX.Element {
  const share = (amount: number): string =>
    `${Math.min(100, meter.capacity === 0 ? 0 : (100 * amount) / meter.capacity)}%`;
  return (
    <span className="meter" aria-hidden>
      <span className="name">{title}</span>
      <span className="bar">
        <i className="requested" style={{ width: share(meter.requested) }} />
        <i className="reserved" style={{ width: share(meter.capacity - meter.allocatable) }} />
        <i className="used" style={{ left: share(meter.used) }} />
      </span>
      <span className="figure">{say(meter.requested)}</span>
    </span>
  );
}

function Ports({ item }: { item: NodeCard }): React.JSX.Element {
  return (
    <>
      {(['kubelet', 'kube-proxy'] as const).map((name) => {
        const box = name === 'kubelet' ? item.kubelet : item.kubeProxy;
        return <Port key={name} id={`node/${item.name}/${name}`} name={name} y={box.y} />;
      })}
    </>
  );
}

function Port({ id, name, y }: { id: string; name: string; y: number }): React.JSX.Element {
  const isSelected = useStore(view, (state) => state.selected === id);
  const isNamed = useStore(view, (state) => state.highlighted.includes(id));
  const life = useStore(simulation, (state) => state.lives.get(id)?.state);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`port ${isSelected ? 'selected' : ''} ${isNamed ? 'named' : ''}`}
      data-stage-card
      style={{ '--y': y } as React.CSSProperties}
      onClick={() => pick(id)}
      onPointerEnter={(event) => pointAt(id, event.currentTarget)}
      onPointerLeave={() => pointAt(undefined)}
      data-life={life}
    >
      {name}
    </button>
  );
}

/** Preemption makes room here. */
function Nominated({ name }: { name: string }): React.JSX.Element | null {
  const { t } = useTranslation();
  return useIsNominated(name) ? (
    <span className="nominated" role="img" aria-label={t('stage.nominated')} title={t('stage.nominated')}>
      <Flag size={12} aria-hidden />
    </span>
  ) : null;
}

/** The score that the decision panel shows for this node. */
function Heat({ name }: { name: string }): React.JSX.Element | null {
  const heat = useStore(view, (state) => state.heat);
  if (!heat) return null;
  if (heat.rejected.includes(name)) return <span className="heat rejected">×</span>;
  const score = heat.scores[name];
  if (score === undefined) return null;
  return (
    <span
      className="heat"
      title={heat.title}
      style={{ '--heat': `${Math.max(0, Math.min(100, score))}%` } as React.CSSProperties}
    >
      {Math.round(score)}
    </span>
  );
}
