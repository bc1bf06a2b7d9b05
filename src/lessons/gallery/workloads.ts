/** Workloads that keep, finish or grow: StatefulSets, Jobs, CronJobs, autoscalers and budgets. */
import type { GalleryEntry } from './entry.ts';
import { METRICS_ADAPTER } from './metrics-adapter.ts';
import { deployment, lines, ports, readiness, service, together } from './manifests.ts';

const STATEFUL = `apiVersion: v1
kind: Service
metadata:
  name: db
spec:
  clusterIP: None
  selector:
    app: db
  ports:
    - port: 6379
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  serviceName: db
  replicas: 3
  selector:
    matchLabels:
      app: db
  template:
    metadata:
      labels:
        app: db
    spec:
      terminationGracePeriodSeconds: 10
      containers:
        - name: redis
          image: redis:7.2
          ports:
            - containerPort: 6379
          volumeMounts:
            - name: data
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: managed-csi
        resources:
          requests:
            storage: 8Gi
`;

const INDEXED = `apiVersion: batch/v1
kind: Job
metadata:
  name: render
spec:
  completions: 12
  parallelism: 3
  completionMode: Indexed
  backoffLimit: 4
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: frame
          image: busybox:1.36
          command:
            - sh
            - -c
            - |
              echo "frame $JOB_COMPLETION_INDEX"
              sleep $((5 + JOB_COMPLETION_INDEX % 4))
              test "$JOB_COMPLETION_INDEX" != 5 -o -n "$(date +%S | grep '[02468]$')"
`;

const CRON = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: '* * * * *'
  concurrencyPolicy: Forbid
  successfulJobsHistoryLimit: 2
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: busybox:1.36
              command: ['sh', '-c', 'date; sleep 20; echo done']
`;

const AUTOSCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: php-apache
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: php-apache
  minReplicas: 1
  maxReplicas: 6
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 50
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 60
`;

const QUEUE_SCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: consumer
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: consumer
  minReplicas: 1
  maxReplicas: 10
  metrics:
    - type: Object
      object:
        metric:
          name: queue_messages_ready
          selector:
            matchLabels:
              queue: orders
        describedObject:
          apiVersion: v1
          kind: Service
          name: queue
        target:
          type: AverageValue
          averageValue: '10'
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 60
`;

const QUEUE_WORK = together(
  deployment('queue', 'pilothouse/queue:1.0', { container: ports(8080) }),
  service('queue', 8080),
  deployment('producer', 'pilothouse/producer:1.0', {
    replicas: 2,
    container: "env:\n  - name: EVERY_SECONDS\n    value: '1'",
  }),
  deployment('consumer', 'pilothouse/consumer:1.0', {
    container: "env:\n  - name: SECONDS_PER_MESSAGE\n    value: '3'",
  }),
  QUEUE_SCALER,
);

const BUDGET = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: shop
spec:
  minAvailable: 3
  selector:
    matchLabels:
      app: shop
`;

const QUOTA = `apiVersion: v1
kind: ResourceQuota
metadata:
  name: team
spec:
  hard:
    requests.cpu: '1'
    requests.memory: 1Gi
    pods: '8'
`;

export const WORKLOADS: readonly GalleryEntry[] = [
  {
    id: 'stateful',
    topic: 'workload',
    level: 2,
    title: { ko: '이름과 디스크를 지키는 StatefulSet', en: 'A StatefulSet keeps names and disks' },
    summary: {
      ko: 'db-0, db-1, db-2가 차례로 시작하고, 저마다 자기 디스크를 받습니다. Pod를 지워도 같은 이름과 디스크로 돌아옵니다.',
      en: 'db-0, db-1 and db-2 start in order, each with a disk of its own. A pod that is deleted comes back with both.',
    },
    watch: {
      ko: '인스펙터의 서수 그림: 이름, PVC, 디스크와 그 영역.',
      en: 'The ordinals in the inspector: names, claims, disks and their zones.',
    },
    text: STATEFUL,
    show: 'statefulsets.apps|default/db',
  },
  {
    id: 'indexed-job',
    topic: 'workload',
    level: 2,
    title: { ko: '인덱스로 나누어 하는 Job', en: 'A Job that divides its work by index' },
    summary: {
      ko: '열두 조각을 셋씩 처리합니다. 5번은 홀수 초에 끝나면 실패해 다시 시도됩니다.',
      en: 'Twelve pieces, three at a time. Number 5 fails when it ends on an odd second, and is tried again.',
    },
    watch: {
      ko: '인스펙터의 인덱스 격자와 backoffLimit에 대한 실패 수.',
      en: 'The grid of indexes in the inspector, and the failures against the backoffLimit.',
    },
    text: INDEXED,
    show: 'jobs.batch|default/render',
  },
  {
    id: 'cron',
    topic: 'workload',
    level: 1,
    title: { ko: '매분 도는 CronJob', en: 'A CronJob, every minute' },
    summary: {
      ko: '매분 Job이 하나 생기고, 끝난 Job은 둘만 남고 정리됩니다.',
      en: 'A Job a minute; of those that are complete two are kept and the rest is cleaned away.',
    },
    watch: {
      ko: '속도를 10배로 올리고 인스펙터에서 지난 실행과 다음 실행을 보십시오.',
      en: 'Raise the speed to 10x and look at past and next runs in the inspector.',
    },
    text: CRON,
    show: 'cronjobs.batch|default/report',
  },
  {
    id: 'autoscale',
    topic: 'workload',
    level: 2,
    title: { ko: '부하를 따라가는 HPA', en: 'An autoscaler follows the load' },
    summary: {
      ko: '방문자 여덟이 요청을 보내면 CPU 사용률이 목표 50%를 넘고, HPA가 복제본을 늘립니다.',
      en: 'The requests of eight visitors push CPU use above the target of 50%, and the HorizontalPodAutoscaler adds replicas.',
    },
    watch: {
      ko: '속도를 10배로 올리고 HPA의 곡선, 허용 오차 띠와 복제본을 보십시오. visitor를 0으로 줄이면 안정화 창이 지난 뒤 줄어듭니다.',
      en: 'Raise the speed to 10x and watch the curve, its tolerance band and the replicas. Scale visitor to 0: they shrink when the stabilisation window has passed.',
    },
    text: together(
      deployment('php-apache', 'registry.k8s.io/hpa-example', {
        container: lines(ports(80), 'resources:\n  requests:\n    cpu: 200m\n  limits:\n    cpu: 500m'),
      }),
      service('php-apache', 80),
      AUTOSCALER,
      deployment('visitor', 'pilothouse/client:1.0', {
        replicas: 8,
        container: 'env:\n  - name: TARGET_URL\n    value: http://php-apache',
      }),
    ),
    show: 'horizontalpodautoscalers.autoscaling|default/php-apache',
  },
  {
    id: 'queue-scale',
    topic: 'workload',
    level: 3,
    title: { ko: '밀린 메시지만큼 늘어나는 소비자', en: 'Consumers as many as the queue is deep' },
    summary: {
      ko: '주문이 초당 두 건씩 쌓이는데 소비자 하나는 3초에 한 건을 처리합니다. HPA는 CPU 대신 대기열의 깊이를 보고 소비자를 늘립니다. 이 값은 먼저 설치된 prometheus-adapter가 제공합니다.',
      en: 'Two orders a second come in, and a consumer takes 3 seconds for one. The autoscaler looks at the depth of the queue instead of CPU, and adds consumers. A prometheus-adapter that was installed before tells it the depth.',
    },
    watch: {
      ko: '속도를 10배로 올리고 HPA의 곡선에서 대기열 깊이와 목표를 비교하십시오. producer를 0으로 줄이면 대기열이 비고 소비자도 줄어듭니다. 터미널: kubectl get apiservice v1beta1.custom.metrics.k8s.io',
      en: 'Raise the speed to 10x and compare the depth with its target in the curve. Scale producer to 0: the queue drains and the consumers go. In the terminal: kubectl get apiservice v1beta1.custom.metrics.k8s.io',
    },
    text: QUEUE_WORK,
    show: 'horizontalpodautoscalers.autoscaling|default/consumer',
    story: {
      commands: [
        { at: 0, command: { verb: 'apply', file: 'prometheus-adapter.yaml', text: METRICS_ADAPTER } },
        { at: 90_000, command: { verb: 'apply', file: 'queue-scale.yaml', text: QUEUE_WORK } },
      ],
      time: 90_000,
      view: {
        selected: 'horizontalpodautoscalers.autoscaling|default/consumer',
        right: 'inspector',
        left: 'editor',
      },
      files: { 'prometheus-adapter.yaml': METRICS_ADAPTER },
    },
  },
  {
    id: 'budget',
    topic: 'workload',
    level: 2,
    title: { ko: '중단 예산과 할당량', en: 'A disruption budget and a quota' },
    summary: {
      ko: 'Pod 넷 가운데 셋은 늘 남아야 하므로 한 번에 하나만 축출할 수 있습니다. 네임스페이스의 CPU 요청은 1코어까지입니다.',
      en: 'Three of four pods have to stay, so one may be evicted at a time. The namespace may request one core of CPU.',
    },
    watch: {
      ko: 'PodDisruptionBudget의 칸과 ResourceQuota의 막대. 복제본을 6으로 늘리면 할당량에 걸립니다.',
      en: 'The cells of the PodDisruptionBudget and the bars of the ResourceQuota. Six replicas run into the quota.',
    },
    text: together(
      QUOTA,
      BUDGET,
      deployment('shop', 'pilothouse/web:1.0', {
        replicas: 4,
        container: lines(ports(8080), readiness(8080), 'resources:\n  requests:\n    cpu: 200m\n    memory: 64Mi'),
      }),
    ),
    show: 'poddisruptionbudgets.policy|default/shop',
  },
];
