/** Deletes finished Jobs after their time to live. Upstream: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go. */
import type { Job } from 'kubernetes-types/batch/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { isFinished } from '../job/types.ts';

export class TtlAfterFinishedController extends ManagedController {
  private readonly jobs: Informer<'jobs.batch'>;

  constructor(manager: Manager) {
    super(manager, 'ttl-after-finished');
    this.jobs = this.shared('jobs.batch');
    this.jobs.onChange((next, old) => {
      if (!next || !needsCleanup(next)) return;
      if (!old || !needsCleanup(old) || old.spec?.ttlSecondsAfterFinished !== next.spec?.ttlSecondsAfterFinished)
        this.queue.add(keyOf(next));
    });
  }

  protected reconcile(key: string): Outcome {
    const job = this.jobs.byKey(key);
    if (!job || !needsCleanup(job)) return undefined;
    const left = this.leftOf(finishTime(job), (job.spec?.ttlSecondsAfterFinished ?? 0) * 1000);
    if (left > 0) {
      this.queue.addAfter(key, left, true);
      return undefined;
    }
    const { namespace, name, uid } = job.metadata;
    const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
    const gone = this.client.delete('jobs.batch', namespace, name, options);
    return gone.ok || gone.status.code === 404 ? undefined : gone.status.message;
  }
}

const needsCleanup = (job: Stored<Job>): boolean =>
  job.spec?.ttlSecondsAfterFinished !== undefined && isFinished(job) && !job.metadata.deletionTimestamp;

function finishTime(job: Job): string | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )?.lastTransitionTime;
}
