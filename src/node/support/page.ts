/**
 * What of Kubernetes is served, taken from the registries of kinds, of kubectl's commands and of the shell, with what
 * src/node/support says beside them. `npm run generate` writes it as Markdown for people (public/support.md and
 * public/support.ko.md) and as data for the page's own dialog.
 */
import type { SupportedCommand, SupportedKind, SupportPage } from '../../run/support-page.ts';
import { COMMANDS, type Command } from '../../shell/index.ts';
import { TERMINAL_COMMANDS } from '../../shell/terminal/index.ts';
import { apiVersionOf, KIND_REGISTRY, resourceName, type KindDefinition } from '../../sim/api/index.ts';
import { CUSTOM_METRICS_KIND } from '../../sim/custom-metrics-api.ts';
import { METRICS_KINDS } from '../../sim/metrics-api.ts';
import { COMMAND_NAMES, TAKEN_FOR_DONE } from '../../sim/workloads/index.ts';
import { DEVIATIONS } from './deviations-table.ts';
import { KIND_BEHAVIOUR } from './kinds-table.ts';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function kindOf(kind: KindDefinition): SupportedKind {
  const { actors = [], limits } = KIND_BEHAVIOUR[resourceName(kind)] ?? {};
  return {
    resource: resourceName(kind),
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    isNamespaced: kind.isNamespaced,
    support: kind.support,
    verbs: kind.verbs ?? ALL_VERBS,
    subresources: (kind.subresources ?? []).map(({ name }) => name),
    actors,
    ...(limits ? { limits } : {}),
  };
}

const commandOf = ({ name, parts = [], refusal }: Command): SupportedCommand => ({
  name,
  parts: parts.map((part) => part.name),
  ...(refusal ? { refusal } : {}),
});

export function supportPage(): SupportPage {
  return {
    kinds: [...KIND_REGISTRY.all(), ...METRICS_KINDS, CUSTOM_METRICS_KIND].map(kindOf),
    kubectl: COMMANDS.map(commandOf),
    terminal: TERMINAL_COMMANDS.filter((name) => !COMMAND_NAMES.includes(name)),
    shell: COMMAND_NAMES,
    pretended: TAKEN_FOR_DONE,
    deviations: DEVIATIONS,
  };
}
