export { ApiServer, type ApiServerOptions } from './server.ts';
export { isDeepEqual } from './equality.ts';
export { apiServerMachine } from './machine.ts';
export { strategicMerge, threeWayPatch } from './patch/strategic-merge.ts';
export * from './request.ts';
export { authorizeUser } from './authorization/authorize.ts';
export { bootstrapPolicy } from './authorization/bootstrap-policy.ts';
export { mintSecretToken } from './authentication/tokens.ts';
