/** The commands of kubectl, in its own order: their names, flags, and what carries them out. */
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, type Flag } from './client/flags.ts';
import { failure } from './failure.ts';
import type { Resume, Verb } from './session.ts';
import { apply, APPLY_FLAGS } from './verbs/apply.ts';
import { attach, ATTACH_FLAGS, resumeAttach } from './verbs/attach.ts';
import { canI, CAN_I_FLAGS, whoami, WHOAMI_FLAGS } from './verbs/auth.ts';
import { approve, CERTIFICATE_FLAGS, deny } from './verbs/certificate.ts';
import { completion } from './verbs/completion.ts';
import * as config from './verbs/config.ts';
import { createFromFiles } from './verbs/create-file.ts';
import { DELETE_FLAGS, remove, resumeDelete } from './verbs/delete.ts';
import { describe, DESCRIBE_FLAGS } from './verbs/describe.ts';
import { diff, DIFF_FLAGS } from './verbs/diff.ts';
import { cordon, CORDON_FLAGS, drain, DRAIN_FLAGS, resumeDrain, uncordon } from './verbs/drain.ts';
import { edit, EDIT_FLAGS, resumeEdit } from './verbs/edit.ts';
import { events, EVENTS_FLAGS, resumeEvents } from './verbs/events.ts';
import { exec, EXEC_FLAGS, resumeExec } from './verbs/exec.ts';
import { explain, EXPLAIN_FLAGS } from './verbs/explain.ts';
import { expose, EXPOSE_FLAGS } from './verbs/expose.ts';
import { GENERATORS } from './verbs/generators/index.ts';
import { get, GET_FLAGS } from './verbs/get.ts';
import { resumeWatch } from './verbs/get-watch.ts';
import { logs, LOGS_FLAGS, resumeLogs } from './verbs/logs.ts';
import { apiResources, API_RESOURCES_FLAGS, apiVersions, clusterInfo, version, VERSION_FLAGS } from './verbs/meta.ts';
import { globalOptions } from './verbs/global-options.ts';
import { annotate, label, METADATA_FLAGS } from './verbs/metadata.ts';
import { patch, PATCH_FLAGS } from './verbs/patch.ts';
import { reconcile, RECONCILE_FLAGS } from './verbs/reconcile.ts';
import { replace, REPLACE_FLAGS } from './verbs/replace.ts';
import { ACTION_FLAGS, pause, restart, resume, undo, UNDO_FLAGS } from './verbs/rollout/actions.ts';
import { HISTORY_FLAGS, rolloutHistory } from './verbs/rollout/history.ts';
import { resumeStatus, STATUS_FLAGS, watchRollout } from './verbs/rollout/status.ts';
import { resumeRun, run, RUN_FLAGS } from './verbs/run.ts';
import { autoscale, AUTOSCALE_FLAGS, scale, SCALE_FLAGS } from './verbs/scale.ts';
import { SET_FLAGS } from './verbs/set/change-pods.ts';
import { setEnv, SET_ENV_FLAGS } from './verbs/set/env.ts';
import { setImage } from './verbs/set/image.ts';
import {
  setResources,
  SET_RESOURCES_FLAGS,
  setSelector,
  SET_SELECTOR_FLAGS,
  setServiceAccount,
  setSubject,
  SET_SUBJECT_FLAGS,
} from './verbs/set/others.ts';
import { taint, TAINT_FLAGS } from './verbs/taint.ts';
import { topNode, TOP_NODE_FLAGS, topPod, TOP_POD_FLAGS } from './verbs/top.ts';
import { resumeWait, wait, WAIT_FLAGS } from './verbs/wait.ts';

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly flags: readonly Flag[];
  readonly required?: readonly string[];
  /** Absent for a command that only has parts. */
  readonly run?: Verb;
  readonly resume?: Resume;
  readonly parts?: readonly Command[];
  /** What it says instead of being carried out: for the page of support. */
  readonly refusal?: string;
}

const CREATE_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} save-config:bool field-manager selector/l validate?strict=strict edit:bool raw windows-line-endings:bool`,
);

/** Things of a person's own machine that a page does not have. */
const refused = (name: string, why: string): Command => ({
  name,
  flags: [],
  refusal: why,
  run: () => {
    throw failure(why);
  },
});

/** Upstream: kubectl/pkg/cmd/plugin/plugin.go. */
function noPlugins(): void {
  throw failure('unable to find any kubectl plugins in your PATH');
}

const ROLLOUT: readonly Command[] = [
  { name: 'history', flags: HISTORY_FLAGS, run: rolloutHistory },
  { name: 'pause', flags: ACTION_FLAGS, run: pause },
  { name: 'restart', flags: ACTION_FLAGS, run: restart },
  { name: 'resume', flags: ACTION_FLAGS, run: resume },
  { name: 'status', flags: STATUS_FLAGS, run: watchRollout, resume: resumeStatus as Resume },
  { name: 'undo', flags: UNDO_FLAGS, run: undo },
];

const SET: readonly Command[] = [
  { name: 'env', flags: SET_ENV_FLAGS, run: setEnv },
  { name: 'image', flags: SET_FLAGS, run: setImage },
  { name: 'resources', flags: SET_RESOURCES_FLAGS, run: setResources },
  { name: 'selector', flags: SET_SELECTOR_FLAGS, run: setSelector },
  { name: 'serviceaccount', aliases: ['sa'], flags: SET_FLAGS, run: setServiceAccount },
  { name: 'subject', flags: SET_SUBJECT_FLAGS, run: setSubject },
];

const CONFIG: readonly Command[] = [
  { name: 'current-context', flags: [], run: config.currentContext },
  { name: 'get-clusters', flags: [], run: config.getClusters },
  { name: 'get-contexts', flags: config.CONTEXTS_FLAGS, run: config.getContexts },
  { name: 'get-users', flags: [], run: config.getUsers },
  { name: 'set-context', flags: config.SET_CONTEXT_FLAGS, run: config.setContext },
  { name: 'use-context', aliases: ['use'], flags: [], run: config.useContext },
  { name: 'view', flags: config.CONFIG_VIEW_FLAGS, run: config.configView },
];

export const COMMANDS: readonly Command[] = [
  { name: 'create', flags: CREATE_FLAGS, run: createFromFiles, parts: GENERATORS },
  { name: 'expose', flags: EXPOSE_FLAGS, run: expose },
  { name: 'run', flags: RUN_FLAGS, required: ['image'], run, resume: resumeRun as Resume },
  { name: 'set', flags: [], parts: SET },
  { name: 'explain', flags: EXPLAIN_FLAGS, run: explain },
  { name: 'get', flags: GET_FLAGS, run: get, resume: resumeWatch as Resume },
  { name: 'edit', flags: EDIT_FLAGS, run: edit, resume: resumeEdit as Resume },
  { name: 'delete', flags: DELETE_FLAGS, run: remove, resume: resumeDelete as Resume },
  { name: 'rollout', flags: [], parts: ROLLOUT },
  { name: 'scale', flags: SCALE_FLAGS, required: ['replicas'], run: scale },
  { name: 'autoscale', flags: AUTOSCALE_FLAGS, run: autoscale },
  {
    name: 'certificate',
    flags: [],
    parts: [
      { name: 'approve', flags: CERTIFICATE_FLAGS, run: approve },
      { name: 'deny', flags: CERTIFICATE_FLAGS, run: deny },
    ],
  },
  { name: 'cluster-info', flags: [], run: clusterInfo },
  {
    name: 'top',
    flags: [],
    parts: [
      { name: 'node', aliases: ['nodes', 'no'], flags: TOP_NODE_FLAGS, run: topNode },
      { name: 'pod', aliases: ['pods', 'po'], flags: TOP_POD_FLAGS, run: topPod },
    ],
  },
  { name: 'cordon', flags: CORDON_FLAGS, run: cordon },
  { name: 'uncordon', flags: CORDON_FLAGS, run: uncordon },
  { name: 'drain', flags: DRAIN_FLAGS, run: drain, resume: resumeDrain as Resume },
  { name: 'taint', flags: TAINT_FLAGS, run: taint },
  { name: 'describe', flags: DESCRIBE_FLAGS, run: describe },
  { name: 'logs', flags: LOGS_FLAGS, run: logs, resume: resumeLogs as Resume },
  { name: 'attach', flags: ATTACH_FLAGS, run: attach, resume: resumeAttach as Resume },
  { name: 'exec', flags: EXEC_FLAGS, run: exec, resume: resumeExec as Resume },
  refused('port-forward', 'the terminal of the page forwards no ports; send requests from a pod with exec'),
  refused('proxy', 'no proxy can be opened from here; use kubectl get --raw'),
  refused('cp', 'files are not copied into or out of these containers; use exec with cat'),
  {
    name: 'auth',
    flags: [],
    parts: [
      { name: 'can-i', flags: CAN_I_FLAGS, run: canI },
      { name: 'reconcile', flags: RECONCILE_FLAGS, run: reconcile },
      { name: 'whoami', flags: WHOAMI_FLAGS, run: whoami },
    ],
  },
  refused('debug', 'the terminal of the page adds no debug containers; use exec'),
  { name: 'events', flags: EVENTS_FLAGS, run: events, resume: resumeEvents as Resume },
  { name: 'completion', flags: [], run: completion },
  { name: 'diff', flags: DIFF_FLAGS, run: diff },
  { name: 'apply', flags: APPLY_FLAGS, run: apply },
  { name: 'patch', flags: PATCH_FLAGS, run: patch },
  { name: 'replace', flags: REPLACE_FLAGS, run: replace },
  { name: 'wait', flags: WAIT_FLAGS, run: wait, resume: resumeWait as Resume },
  refused('kustomize', 'kustomizations are not built here'),
  { name: 'label', flags: METADATA_FLAGS, run: label },
  { name: 'annotate', flags: METADATA_FLAGS, run: annotate },
  { name: 'api-resources', flags: API_RESOURCES_FLAGS, run: apiResources },
  { name: 'api-versions', flags: [], run: apiVersions },
  { name: 'config', flags: [], parts: CONFIG },
  { name: 'plugin', flags: [], parts: [{ name: 'list', flags: flagsOf('name-only:bool'), run: noPlugins }] },
  { name: 'options', flags: [], run: globalOptions },
  { name: 'version', flags: VERSION_FLAGS, run: version },
];
