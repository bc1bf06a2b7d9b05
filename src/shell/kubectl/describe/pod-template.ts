/** The pod that a workload makes. Upstream: kubectl/pkg/describe/describe.go (DescribePodTemplate). */
import type { PodTemplateSpec, TopologySpreadConstraint, Toleration } from 'kubernetes-types/core/v1';
import { writeContainers } from './containers.ts';
import { writeVolumes } from './volumes.ts';
import { DescribeWriter, selectorText, writeAnnotations, writeLabels } from './writer.ts';

export function writeTemplate(writer: DescribeWriter, template: PodTemplateSpec | undefined): void {
  writer.line(0, 'Pod Template:');
  if (!template) return writer.line(0, '  <unset>');
  const { metadata, spec } = template;
  writeLabels(writer, '  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0)
    writeAnnotations(writer, metadata?.annotations, '  Annotations');
  if (spec?.serviceAccountName) writer.line(0, `  Service Account:\t${spec.serviceAccountName}`);
  if (spec?.initContainers?.length)
    writeContainers(writer, 'Init Containers', spec.initContainers, undefined, () => '', '  ');
  writeContainers(writer, 'Containers', spec?.containers ?? [], undefined, () => '', '  ');
  writeVolumes(writer, spec?.volumes, '  ');
  writeSpread(writer, spec?.topologySpreadConstraints, '  ');
  if (spec?.priorityClassName) writer.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
  writeLabels(writer, '  Node-Selectors', spec?.nodeSelector);
  writeTolerations(writer, '  Tolerations', spec?.tolerations);
}

/** As `rollout history --revision` prints it: tabs are left as they are. */
export function describeTemplate(template: PodTemplateSpec, cause: string): string {
  const writer = new DescribeWriter(0);
  const { annotations = {}, ...metadata } = template.metadata ?? {};
  const shown = cause ? { ...annotations, 'kubernetes.io/change-cause': cause } : annotations;
  writeTemplate(writer, { ...template, metadata: { ...metadata, annotations: shown } });
  return writer.raw();
}

export function writeTolerations(
  writer: DescribeWriter,
  title: string,
  tolerations: readonly Toleration[] | undefined,
): void {
  writer.write(0, `${title}:\t`);
  if (!tolerations?.length) return writer.write(0, '<none>\n');
  const texts = tolerations.map(({ key = '', operator, value = '', effect = '', tolerationSeconds }) => {
    const named = `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
    const exists = operator === 'Exists' && value === '' ? `${named ? ' ' : ''}op=Exists` : '';
    return `${named}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
  });
  // As upstream: in the order of their keys.
  const order = tolerations.map(({ key = '' }, index) => ({ key, text: texts[index]! }));
  order.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  order.forEach(({ text }, index) => writer.write(0, `${index === 0 ? '' : '\t'}${text}\n`));
}

export function writeSpread(
  writer: DescribeWriter,
  constraints: readonly TopologySpreadConstraint[] | undefined,
  space = '',
): void {
  if (!constraints?.length) return;
  const sorted = [...constraints].sort((left, right) => (left.topologyKey < right.topologyKey ? -1 : 1));
  writer.write(0, `${space}Topology Spread Constraints:\t`);
  sorted.forEach(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector, minDomains }, index) => {
    if (index > 0) writer.write(0, `${space}\t`);
    const parts = [`${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded`];
    if (minDomains !== undefined) parts.push(` (min domains ${minDomains})`);
    if (labelSelector) parts.push(` for selector ${selectorText(labelSelector)}`);
    writer.write(0, `${parts.join('')}\n`);
  });
}
