/** Versions of kinds that are served besides the one in which objects are kept. Upstream: pkg/controlplane/instance.go. */
import type { KindDefinition } from '../kind.ts';
import { autoscalerV1Kind } from './autoscaler-versions.ts';
import { eventsGroupKind } from './event-versions.ts';

export const KIND_VERSIONS: readonly KindDefinition[] = [eventsGroupKind, autoscalerV1Kind];
