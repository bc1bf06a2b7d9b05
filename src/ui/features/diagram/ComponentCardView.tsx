/** Cards of the control plane and of what lies outside the cluster: each says what it does right now. */
import {
  Archive,
  CalendarClock,
  Cloud,
  Database,
  Globe,
  LayoutDashboard,
  Package,
  Server,
  Settings2,
  SquareTerminal,
  Workflow,
  type LucideIcon,
} from 'lucide-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { lightsOf } from '../../view/control-plane.ts';
import { controllerTitle } from '../../view/names.ts';
import { shorten } from '../../view/stage-names.ts';
import type { ComponentCard } from '../../view/stage-types.ts';
import { Face } from './Face.tsx';
import { pick, picture, pointAt } from './picture.ts';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  'kube-apiserver': Server,
  etcd: Database,
  'kube-scheduler': CalendarClock,
  'kube-controller-manager': Settings2,
  'cloud-controller-manager': Cloud,
  client: SquareTerminal,
  'client/dashboard': LayoutDashboard,
  'client/pipeline': Workflow,
  internet: Globe,
  registry: Package,
};

export function ComponentCardView({ item: { id } }: { item: ComponentCard }): React.JSX.Element {
  const { t } = useTranslation();
  const Icon = ICONS[id] ?? Archive;
  return (
    <Face id={id} className={`card component ${id}`}>
      <button
        type="button"
        className="hit"
        data-stage-card
        aria-label={id.startsWith(`client/`) ? t(`component.${id}`) : undefined}
        onClick={() => pick(id)}
        onPointerEnter={(event) => pointAt(id, event.currentTarget)}
        onPointerLeave={() => pointAt(undefined)}
      >
        <span className="title">
          <Icon size={14} aria-hidden />
          <strong>{t(`component.${id}`)}</strong>
        </span>
        <Doing id={id} />
      </button>
    </Face>
  );
}

function Doing({ id }: { id: string }): React.JSX.Element | null {
  switch (id) {
    case 'kube-apiserver':
      return <Requests />;
    case 'etcd':
      return <Revision />;
    case 'kube-scheduler':
      return <Queues />;
    case 'kube-controller-manager':
      return <Controllers />;
    case 'cloud-controller-manager':
      return <CloudTurn />;
    case 'registry':
      return <LatestPull />;
    default:
      return null;
  }
}

/** The stages of the newest request, each lit by what it did to it. */
function Requests(): React.JSX.Element {
  const { t } = useTranslation();
  const lit = useStore(picture, (state) => state.lit ?? state.facts.request);
  const hasFailed = (lit?.data.code ?? 0) >= 400;
  return (
    <>
      <span className={hasFailed ? 'latest problem' : 'latest'}>
        {lit ? `${lit.data.code} ${lit.data.line.replace(/\?.*$/, '')}` : t('stage.noRequest')}
      </span>
      <span className="pipeline" key={lit?.seq}>
        {lightsOf(lit).map(({ stage, verdict }, index) => (
          <span key={stage} className={`light ${verdict}`} style={{ animationDelay: `${index * 45}ms` }}>
            {t(`stage.pipeline.${stage}`)}
          </span>
        ))}
      </span>
    </>
  );
}

function Revision(): React.JSX.Element {
  const { t } = useTranslation();
  const revision = useStore(simulation, (state) => state.controlPlane?.etcdRevision ?? 0);
  return <small>{t('stage.revision', { revision: revision.toLocaleString('en') })}</small>;
}

function Queues(): React.JSX.Element {
  const { t } = useTranslation();
  const queues = useStore(simulation, (state) => state.controlPlane?.schedulerQueues);
  const attempt = useStore(picture, (state) => state.facts.attempt);
  const life = useStore(simulation, (state) => state.lives.get('kube-scheduler')?.state ?? 'idle');
  const pod = attempt?.object?.name;
  return (
    <>
      <small>{pod ? `${shorten(pod, 24)} · ${attempt.data.outcome}` : life}</small>
      <small className="queues">
        {(['active', 'backoff', 'unschedulable'] as const).map((queue) => (
          <span key={queue} className={(queues?.[queue] ?? 0) > 0 ? 'is-waiting' : undefined}>
            {t(`stage.queue.${queue}`)} <b>{queues?.[queue] ?? 0}</b>
          </span>
        ))}
      </small>
    </>
  );
}

/** One port a controller: it flares when the controller takes a turn. */
function Controllers(): React.JSX.Element {
  const controllers = useStore(simulation, (state) => state.controlPlane?.controllers ?? NO_NAMES);
  const turns = useStore(picture, (state) => state.facts.turns);
  const latest = [...turns].reduce<(typeof turns extends ReadonlyMap<string, infer E> ? E : never) | undefined>(
    (newest, [, event]) => (newest && newest.seq > event.seq ? newest : event),
    undefined,
  );
  return (
    <>
      <small>
        {latest ? `${controllerTitle(latest.component.split('/')[1]!)} · ${shorten(latest.data.key, 26)}` : ' '}
      </small>
      <span className="controllers">
        {controllers.map((name) => {
          const turn = turns.get(name);
          return (
            <i
              key={`${name}/${turn?.seq ?? 0}`}
              className={turn ? (turn.seq === latest?.seq ? 'latest' : 'ran') : undefined}
              title={controllerTitle(name)}
            />
          );
        })}
      </span>
    </>
  );
}

const NO_NAMES: readonly string[] = [];

function CloudTurn(): React.JSX.Element {
  const { t } = useTranslation();
  const cloud = useStore(picture, (state) => state.facts.cloud);
  return <small>{cloud?.type === 'reconcile' ? shorten(cloud.data.key, 22) : t('stage.cloudIdle')}</small>;
}

function LatestPull(): React.JSX.Element {
  const { t } = useTranslation();
  const pull = useStore(picture, (state) => state.facts.pull);
  return <small>{pull ? sayPull(t, pull.data) : t('stage.noPull')}</small>;
}

const sayPull = (t: TFunction, { image, outcome }: { image: string; outcome: string }): string =>
  `${shorten(image.replace(/^.*\//, ''), 16)} ${outcome === 'failed' ? t('stage.pullFailed') : ''}`;
