/** Configurations to begin with, each for one thing that it shows. Their comments come in the reader's language. */
import type { TFunction } from 'i18next';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

const BODIES = {
  default: `profiles:
  - schedulerName: default-scheduler
`,
  packing: `profiles:
  - schedulerName: default-scheduler
    plugins:
      score:
        disabled:
          - name: PodTopologySpread
          - name: NodeResourcesBalancedAllocation
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: MostAllocated
            resources:
              - name: cpu
                weight: 1
              - name: memory
                weight: 1
`,
  spread: `profiles:
  - schedulerName: default-scheduler
    plugins:
      score:
        enabled:
          - name: PodTopologySpread
            weight: 10
    pluginConfig:
      - name: PodTopologySpread
        args:
          defaultingType: List
          defaultConstraints:
            - maxSkew: 1
              topologyKey: kubernetes.io/hostname
              whenUnsatisfiable: ScheduleAnyway
`,
  zones: `profiles:
  - schedulerName: default-scheduler
    plugins:
      score:
        enabled:
          - name: PodTopologySpread
            weight: 10
    pluginConfig:
      - name: PodTopologySpread
        args:
          defaultingType: List
          defaultConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: ScheduleAnyway
`,
  ratio: `profiles:
  - schedulerName: default-scheduler
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: RequestedToCapacityRatio
            resources:
              - name: cpu
                weight: 3
              - name: memory
                weight: 1
            requestedToCapacityRatio:
              shape:
                - utilization: 0
                  score: 0
                - utilization: 70
                  score: 10
                - utilization: 100
                  score: 2
`,
  two: `profiles:
  - schedulerName: default-scheduler
  - schedulerName: packing-scheduler
    plugins:
      score:
        disabled:
          - name: PodTopologySpread
          - name: NodeResourcesBalancedAllocation
    pluginConfig:
      - name: NodeResourcesFit
        args:
          scoringStrategy:
            type: MostAllocated
            resources:
              - name: cpu
                weight: 1
`,
  everyNode: `percentageOfNodesToScore: 100
profiles:
  - schedulerName: default-scheduler
`,
} as const;

export type PresetId = keyof typeof BODIES;

export const PRESETS = Object.keys(BODIES) as readonly PresetId[];

export const isPreset = (id: string): id is PresetId => Object.hasOwn(BODIES, id);

export function presetText(t: TFunction, id: PresetId): string {
  return `# ${t(`scheduler.preset.${id}.about`)}\n${HEAD}${BODIES[id]}`;
}

/** Which preset a text is, whatever its comments say. */
export function presetOf(text: string): PresetId | undefined {
  const bare = text.replace(/^\s*#.*\n?/gm, '').trim();
  return bare === '' ? 'default' : PRESETS.find((id) => `${HEAD}${BODIES[id]}`.trim() === bare);
}
