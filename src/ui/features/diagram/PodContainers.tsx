/** A pod from near: its name, its state, and a line for each container with image, restarts and probes. */
import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Stored } from '../../../sim/api/object.ts';
import { simulation } from '../../state/simulation.ts';
import { shorten } from '../../view/stage-names.ts';
import type { PodChip } from '../../view/stage-types.ts';

export function PodContainers({ pod }: { pod: PodChip }): React.JSX.Element | null {
  const object = useStore(simulation, (state) => state.objects.get(pod.key)) as Stored<Pod> | undefined;
  if (!object) return null;
  const statuses = [...(object.status?.initContainerStatuses ?? []), ...(object.status?.containerStatuses ?? [])];
  const containers = [...(object.spec?.initContainers ?? []), ...(object.spec?.containers ?? [])];
  return (
    <span className="containers">
      <strong>{shorten(pod.name, 22)}</strong>
      <small>{pod.health.word}</small>
      {containers.map((container) => (
        <ContainerLine
          key={container.name}
          container={container}
          status={statuses.find(({ name }) => name === container.name)}
        />
      ))}
    </span>
  );
}

function ContainerLine({
  container,
  status,
}: {
  container: Container;
  status: ContainerStatus | undefined;
}): React.JSX.Element {
  const { t } = useTranslation();
  const state = status?.state?.running
    ? 'running'
    : status?.state?.terminated
      ? 'terminated'
      : (status?.state?.waiting?.reason ?? 'waiting');
  const said = (probe: 'startup' | 'liveness' | 'readiness', passes: boolean | undefined): string =>
    `${t(`stage.probe.${probe}`)} ${t(passes ? 'stage.probe.passes' : 'stage.probe.waits')}`;
  const probes = [
    container.startupProbe && said('startup', status?.started),
    container.livenessProbe && said('liveness', status?.state?.running && status.started),
    container.readinessProbe && said('readiness', status?.ready),
  ].filter(Boolean);
  return (
    <span className="container">
      <b>{container.name}</b> {state}
      {(status?.restartCount ?? 0) > 0 ? ` · ${t('stage.restarts', { count: status!.restartCount })}` : ''}
      <em>{shorten((container.image ?? '').replace(/^.*\//, ''), 24)}</em>
      {probes.length > 0 ? <em>{probes.join(' · ')}</em> : null}
    </span>
  );
}
