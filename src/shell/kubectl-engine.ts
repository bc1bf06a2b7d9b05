/** kubectl for the terminal, with the schemas that `explain` reads. Its size is why it stands apart: it is loaded when needed. */
import schemas from '../sim/apiserver/generated/openapi.json' with { type: 'json' };
import { KIND_REGISTRY } from '../sim/api/index.ts';
import { openApiDocument, openApiIndex, type Schemas } from '../sim/apiserver/openapi.ts';
import { completeKubectl, resumeKubectl, startKubectl } from './index.ts';
import type { KubectlEngine } from './terminal/index.ts';

const KINDS = [...KIND_REGISTRY.all(), ...KIND_REGISTRY.versions()];

export const kubectlEngine: KubectlEngine = {
  start: startKubectl,
  resume: resumeKubectl,
  complete: completeKubectl,
  openApi(path) {
    const place = path.replace(/\?.*$/, '').replace(/^\/openapi\/v3\/?/, '');
    const found = place === '' ? openApiIndex(KINDS) : openApiDocument(KINDS, schemas as unknown as Schemas, place);
    return found === undefined ? undefined : JSON.stringify(found);
  },
};
