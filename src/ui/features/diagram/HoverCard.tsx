/** More about what is under the pointer or the focus: full names, states, reasons, numbers. */
import type { Pod } from 'kubernetes-types/core/v1';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Stored } from '../../../sim/api/object.ts';
import { simulation } from '../../state/simulation.ts';
import { sayBytes, sayMillis } from '../../view/amounts.ts';
import { REQUEST_STAGES } from '../../view/control-plane.ts';
import type { NodeCard, PodChip } from '../../view/stage-types.ts';
import { sayMeter } from './NodeCardView.tsx';
import { picture } from './picture.ts';

type Row = readonly [name: string, value: string];

export function HoverCard({ width, height }: { width: number; height: number }): React.JSX.Element | null {
  const pointed = useStore(picture, (state) => state.pointed);
  if (!pointed) return null;
  const isLow = pointed.y > height - 170;
  return (
    <div
      className="hover-card"
      role="tooltip"
      style={{
        left: Math.max(8, Math.min(width - 308, pointed.x - 150)),
        ...(isLow ? { bottom: height - pointed.y + 44 } : { top: pointed.y + 8 }),
      }}
    >
      <About id={pointed.key} />
    </div>
  );
}

function About({ id }: { id: string }): React.JSX.Element | null {
  const stage = useStore(picture, (state) => state.stage);
  const pod = stage?.pods.get(id)?.chip;
  if (pod) return <AboutPod pod={pod} />;
  const node = id.startsWith('nodes|') ? stage?.nodes.get(id.slice('nodes|'.length)) : undefined;
  if (node) return <AboutNode node={node} />;
  return <AboutOther id={id} />;
}

function Rows({ title, rows }: { title: string; rows: readonly Row[] }): React.JSX.Element {
  return (
    <>
      <strong>{title}</strong>
      <dl>
        {rows
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

function AboutPod({ pod }: { pod: PodChip }): React.JSX.Element {
  const { t } = useTranslation();
  const object = useStore(simulation, (state) => state.objects.get(pod.key)) as Stored<Pod> | undefined;
  const images = (object?.spec?.containers ?? []).map(({ image }) => image ?? '').join(', ');
  return (
    <Rows
      title={`${pod.namespace}/${pod.name}`}
      rows={[
        [t('stage.status'), pod.health.word],
        [t('stage.reason'), pod.health.reason ?? ''],
        [t('stage.node'), pod.node],
        [t('stage.image'), images],
        [t('stage.restartsName'), pod.restarts > 0 ? String(pod.restarts) : ''],
        [
          t('stage.revisionName'),
          pod.revision
            ? t(pod.revision.isOld ? 'stage.revisionOld' : 'stage.revisionNew', { number: pod.revision.number })
            : '',
        ],
      ]}
    />
  );
}

function AboutNode({ node }: { node: NodeCard }): React.JSX.Element {
  const { t } = useTranslation();
  const plain = (title: string, text: string): Row => [title, text.slice(title.length + 2)];
  return (
    <Rows
      title={node.name}
      rows={[
        [
          t('stage.status'),
          [node.isReady ? 'Ready' : 'NotReady', node.isCordoned && 'SchedulingDisabled', ...node.pressures]
            .filter(Boolean)
            .join(', '),
        ],
        plain('CPU', sayMeter(t, 'CPU', node.cpu, sayMillis)),
        plain(t('stage.memory'), sayMeter(t, t('stage.memory'), node.memory, sayBytes)),
        ['Pod', `${node.pods.length} / ${node.podCapacity}`],
        [t('stage.taintsName'), node.taints.join(', ')],
      ]}
    />
  );
}

function AboutOther({ id }: { id: string }): React.JSX.Element | null {
  const { t } = useTranslation();
  const service = useStore(picture, (state) => state.stage?.services.get(id));
  const lit = useStore(picture, (state) => state.lit ?? state.facts.request);
  const life = useStore(simulation, (state) => state.lives.get(id)?.state);
  if (service) {
    return (
      <Rows
        title={`${service.namespace}/${service.name}`}
        rows={[
          [t('stage.type'), service.type],
          [t('stage.address'), service.address],
          [t('stage.endpointsName'), t('stage.endpoints', { ready: service.ready, total: service.total })],
        ]}
      />
    );
  }
  const port = /^node\/(.+)\/(kubelet|kube-proxy)$/.exec(id);
  if (port) {
    return (
      <Rows
        title={port[2]!}
        rows={[
          [t('stage.node'), port[1]!],
          [t('stage.status'), life ?? ''],
          ['', t(`stage.about.${port[2]!}`)],
        ]}
      />
    );
  }
  const stages: readonly Row[] =
    id === 'kube-apiserver' && lit
      ? REQUEST_STAGES.flatMap((stage): Row[] => {
          const note = lit.data.stages.find((item) => item.stage === stage)?.note;
          return note ? [[t(`stage.pipeline.${stage}`), note]] : [];
        })
      : [];
  return <Rows title={t(`component.${id}`)} rows={[['', t(`stage.about.${id}`)], ...stages]} />;
}
