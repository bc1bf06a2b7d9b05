/** The first minute as a short ladder: each rung invites one act and knows when it was done. */
import { dialogs, openDialog } from '../../state/dialogs.ts';
import { toStart } from '../../state/playback.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { changeText, texts } from '../../state/texts.ts';
import { showLeft, showRight, view } from '../../state/view.ts';

export const STEPS = ['scale', 'decision', 'request', 'rewind', 'share'] as const;
export type GuideStep = (typeof STEPS)[number];

const DEPLOYMENT = 'deployments.apps|default/web';
const WANTED_REPLICAS = 5;

interface Deployment {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

interface Rung {
  isDone(): boolean;
  /** Does the act's first half for the person, so that nobody is stuck. */
  help(): void;
  /** What on the stage shows that it was done. */
  marks?(): readonly string[];
}

export const LADDER: Readonly<Record<GuideStep, Rung>> = {
  scale: {
    isDone: () => {
      const web = simulation.getState().objects.get(DEPLOYMENT) as Deployment | undefined;
      return (web?.spec?.replicas ?? 0) >= WANTED_REPLICAS && (web?.status?.readyReplicas ?? 0) >= WANTED_REPLICAS;
    },
    help: () => {
      showLeft('editor');
      const { files, active } = texts.getState();
      changeText(active, (files[active] ?? '').replace(/(name: web\n[^-]*?replicas: )\d+/, `$1${WANTED_REPLICAS}`));
    },
    marks: () => [...simulation.getState().objects.keys()].filter((key) => key.startsWith('pods|default/web-')),
  },
  decision: {
    isDone: () => {
      const { isRightOpen, right, attempt, selected } = view.getState();
      return isRightOpen && right === 'decision' && (attempt !== undefined || (selected?.startsWith('pods|') ?? false));
    },
    help: () => {
      void ask('decisions', { namespace: 'default' }).then((found) => {
        const last = found?.at(-1);
        if (last) showRight('decision', { attempt: last.attempt, selected: `pods|${last.namespace}/${last.pod}` });
      });
    },
  },
  request: {
    isDone: () => simulation.getState().log.some(({ command }) => command.verb === 'traffic'),
    help: () => showRight('request'),
  },
  rewind: {
    isDone: () => simulation.getState().time < simulation.getState().horizon - 1000,
    help: () => void toStart(),
  },
  share: {
    isDone: () => dialogs.getState().open === 'share',
    help: () => openDialog('share'),
  },
};
