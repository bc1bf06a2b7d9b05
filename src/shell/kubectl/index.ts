/**
 * The page's own kubectl: argv in, text out, byte for byte what the stock kubectl 1.35 prints. A command runs to its end
 * within the turn, or stops where the stock one would wait and says when to go on: `resumeKubectl` with the state that
 * it gave. The state is JSON alone, so a waiting command is saved, rewound and forked with the world.
 * Upstream: kubernetes/kubectl pkg/cmd. Left out: plugins, kustomize, proxy, port-forward, debug, cp.
 */
export type {
  ContainerPort,
  KubeconfigState,
  KubectlContext,
  KubectlStep,
  RestAnswer,
  RestCall,
  WaitingState,
  Wake,
} from './context.ts';
export { resumeKubectl, startKubectl } from './run.ts';
export { completeKubectl } from './complete.ts';
export { COMMANDS, type Command } from './commands.ts';
