export type { Behaviour, HttpBehaviour, HttpRequest, Reply } from './behaviour.ts';
export { CATALOGUE, type CataloguedImage } from './catalogue/images.ts';
export { DATA_PLANE, ProcessTable, type ProcessListener, type RunningProcess } from './process.ts';
export { behaviourOf, imageSize, lookUpImage, parseImage, type ImageName } from './program.ts';
export { serve, type ServeContext } from './serve.ts';
