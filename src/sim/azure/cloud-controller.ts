/**
 * The cloud controller: gives Services of type LoadBalancer a public address.
 * Upstream: kubernetes/cloud-provider controllers/service/controller.go, cloud-provider-azure.
 */
import { keyOf } from '../api/object.ts';
import { systemAccount } from '../controllers/identity.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import { Controller, managerMachine, type Informer, type Outcome } from '../client/index.ts';
import {
  CLOUD_CONTROLLER_MANAGER,
  FlatMachine,
  Life,
  type Kernel,
  type LifeSave,
  type ShownLife,
} from '../kernel/index.ts';

const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
/** Azure takes some seconds to make a public address and the rules. */
const PROVISION_MS = 8_000;

interface Own {
  readonly ready: readonly string[];
  readonly life: LifeSave;
}

const managerLife = new FlatMachine(managerMachine);

export class CloudController extends Controller {
  private readonly services: Informer<'services'>;
  private ready = new Set<string>();
  private readonly life: Life;

  constructor(kernel: Kernel, api: ApiServerPort) {
    super(kernel, api, {
      id: CLOUD_CONTROLLER_MANAGER,
      reporter: 'service-controller',
      qps: 20,
      burst: 30,
      user: systemAccount('cloud-controller-manager'),
    });
    this.life = new Life(kernel, managerLife, this.id);
    this.services = this.informer('services');
    this.services.onChange((next, old) => {
      if (!next) this.ready.delete(keyOf(old!));
      else if (next.spec?.type === 'LoadBalancer' || next.metadata.finalizers?.includes(FINALIZER))
        this.queue.add(keyOf(next));
    });
  }

  lives(): readonly ShownLife[] {
    return [this.life.shown];
  }

  protected override start(): void {
    this.life.send({ type: 'STARTED' });
    super.start();
    this.life.send({ type: 'LISTED' });
  }

  protected reconcile(key: string): Outcome {
    const service = this.services.byKey(key);
    if (!service) return undefined;
    const { namespace, name, finalizers = [] } = service.metadata;
    const isWanted = service.spec?.type === 'LoadBalancer' && !service.metadata.deletionTimestamp;
    if (!isWanted) {
      if (!finalizers.includes(FINALIZER)) return undefined;
      this.recorder.record('services', service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
      this.client.updateStatus('services', { ...service, status: { loadBalancer: {} } });
      const rest = finalizers.filter((item) => item !== FINALIZER);
      const freed = this.client.patch('services', namespace, name, 'merge', { metadata: { finalizers: rest } });
      return freed.ok || freed.status.code === 404 ? undefined : freed.status.message;
    }
    if (!finalizers.includes(FINALIZER)) {
      const held = this.client.patch('services', namespace, name, 'merge', {
        metadata: { finalizers: [...finalizers, FINALIZER] },
      });
      return held.ok ? undefined : held.status.message;
    }
    if ((service.status?.loadBalancer?.ingress?.length ?? 0) > 0) return undefined;
    if (!this.ready.has(key)) {
      this.ready.add(key);
      this.recorder.record('services', service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
      this.queue.addAfter(key, PROVISION_MS);
      return undefined;
    }
    const stream = this.kernel.stream('azure/public-addresses');
    const ip = `20.${200 + stream.below(20)}.${stream.below(256)}.${1 + stream.below(254)}`;
    const given = this.client.updateStatus('services', { ...service, status: { loadBalancer: { ingress: [{ ip }] } } });
    if (!given.ok) return given.status.message;
    this.recorder.record('services', service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    return undefined;
  }

  protected override saveOwn(): unknown {
    return { ready: [...this.ready], life: this.life.save() } satisfies Own;
  }

  protected override loadOwn(own: unknown): void {
    const { ready, life } = own as Own;
    this.ready = new Set(ready);
    this.life.load(life);
  }
}
