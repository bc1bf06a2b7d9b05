export { Client, type ClientOptions, type ClientState, type Result } from './client.ts';
export { Controller, type ControllerOptions, type ControllerState, type Outcome } from './controller.ts';
export { EventRecorder, type EventRecorderState } from './event-recorder.ts';
export { Informer, type Indexes, type InformerOptions, type InformerState } from './informer.ts';
export { SharedInformers } from './shared-informers.ts';
export { WorkQueue, type WorkQueueState } from './work-queue.ts';
export { clientApply, LAST_APPLIED, type Applied, type PersonPort } from './apply.ts';
export { managerMachine } from './manager-machine.ts';
