import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { LimitRange, Node, ResourceQuota } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { Expand } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KubeObject, Stored } from '../../../sim/api/object.ts';
import { IconButton, Modal } from '../../design/index.ts';
import { useSampled } from '../../state/sampled.ts';
import type { SimulationState } from '../../state/simulation.ts';
import { AutoscalerView } from './AutoscalerView.tsx';
import { DisruptionView, NodeUseView, QuotaView, RangeView } from './BudgetViews.tsx';
import { CronJobView } from './CronJobView.tsx';
import { JobView } from './JobView.tsx';
import { CountsView } from './CountsView.tsx';
import { RolloutView } from './RolloutView.tsx';
import { StatefulView } from './StatefulView.tsx';
import './pictures.css';

/** What a picture of any kind is given. */
export interface PictureProps<T extends KubeObject = KubeObject> {
  readonly id: string;
  readonly object: Stored<T>;
  readonly objects: SimulationState['objects'];
  readonly isWide: boolean;
}

type Picture = (props: PictureProps<never>) => React.JSX.Element | null;

const PICTURES: Readonly<Record<string, Picture>> = {
  Deployment: RolloutView as (props: PictureProps<Deployment>) => React.JSX.Element,
  StatefulSet: StatefulView as (props: PictureProps<StatefulSet>) => React.JSX.Element,
  DaemonSet: CountsView,
  ReplicaSet: CountsView,
  Job: JobView as (props: PictureProps<Job>) => React.JSX.Element,
  CronJob: CronJobView as (props: PictureProps<CronJob>) => React.JSX.Element,
  HorizontalPodAutoscaler: AutoscalerView as (props: PictureProps<HorizontalPodAutoscaler>) => React.JSX.Element,
  PodDisruptionBudget: DisruptionView as (props: PictureProps<PodDisruptionBudget>) => React.JSX.Element,
  ResourceQuota: QuotaView as (props: PictureProps<ResourceQuota>) => React.JSX.Element,
  LimitRange: RangeView as (props: PictureProps<LimitRange>) => React.JSX.Element,
  Node: NodeUseView as (props: PictureProps<Node>) => React.JSX.Element,
};

const EVERY_MS = 200;
const objectsOf = ({ objects }: SimulationState): SimulationState['objects'] => objects;

/** The picture of an object, as its kind has one: in the inspector, and in a window of its own. */
export function ObjectPicture({ id, object: inspected }: { id: string; object: Stored }): React.JSX.Element | null {
  const { t } = useTranslation();
  const [isWide, setWide] = useState(false);
  const objects = useSampled(objectsOf, EVERY_MS);
  // The frame's object is newer than the inspection's.
  const object = objects.get(id) ?? inspected;
  const Drawn = PICTURES[object.kind] as ((props: PictureProps) => React.JSX.Element | null) | undefined;
  if (!Drawn) return null;
  const title = t(`pictures.title.${object.kind}`);
  return (
    <section className="picture" aria-label={title}>
      <header>
        <h3>{title}</h3>
        <IconButton
          label={t('inspector.wider')}
          icon={<Expand size={14} aria-hidden />}
          onClick={() => setWide(true)}
        />
      </header>
      <Drawn {...{ id, object, objects }} isWide={false} />
      {isWide ? (
        <Modal isWide title={`${title}: ${object.metadata.name}`} close={() => setWide(false)}>
          <div className="picture wide">
            <Drawn {...{ id, object, objects }} isWide />
          </div>
        </Modal>
      ) : null}
    </section>
  );
}
