/** English texts. The Korean ones have the same keys, which the types see to. */
export const en = {
  app: { title: 'Pilothouse', skip: 'Skip to the stage', language: '한국어', theme: 'Dark or light', share: 'Share', booting: 'Starting the cluster', narration: 'What happens' },
  tabs: { editor: 'Editor', scenarios: 'Scenarios', cluster: 'Cluster', inspector: 'Inspector', decision: 'Decision', request: 'Request', why: 'Why?', stage: 'Stage' },
  run: {
    label: 'Run controls', play: 'Play', pause: 'Pause', stepEvent: 'Event', stepDecision: 'Decision', stepTick: 'Tick', back: 'Back', forward: 'Forward', unit: 'Step by',
    speed: 'Speed', clock: 'Virtual time', position: 'Position in the run', past: 'You are in the past. A change here discards {{commands}} later commands.', settled: 'At rest',
  },
  stage: {
    azure: 'Azure runs', yours: 'You pay for', client: 'You', services: 'Services', nodes: 'Nodes', pods: '{{count}} pods', ready: 'Ready', notReady: 'Not ready', empty: 'No node has joined yet. The machines are booting.',
    legend: 'Legend', search: 'Filter by name, label or status', namespace: 'Namespace', all: 'All', requested: 'requested', used: 'used', noMatch: 'Nothing matches the filter.', clear: 'Clear the filter', waiting: 'Waiting for a node: {{count}}', noneWaiting: 'No pod waits for a node', errorsOnly: 'Problems only',
  },
  packet: { request: 'API request', response: 'Answer', watch: 'Watch delivery', probe: 'Probe', dns: 'DNS query', traffic: 'Service traffic', pull: 'Image pull' },
  component: {
    'kube-apiserver': 'API server', etcd: 'etcd', 'kube-scheduler': 'Scheduler', 'kube-controller-manager': 'Controller manager', 'cloud-controller-manager': 'Cloud controller', client: 'You', internet: 'Internet', registry: 'Registry',
  },
  editor: {
    apply: 'Apply', delete: 'Delete', diff: 'Diff', loading: 'Loading the editor', problems: '{{count}} problems', clean: 'No problems found', applied: 'Applied: {{list}}', nothing: 'Nothing to apply',
    created: 'created', configured: 'configured', unchanged: 'unchanged', deleted: 'deleted', error: 'refused', hint: 'Ctrl+M lets Tab leave the editor.', noDiff: 'Applying would change nothing.', line: 'line {{line}}', close: 'Close',
  },
  gallery: { title: 'Scenarios', open: 'Open', intro: 'Each opens in the editor; press Apply there.' },
  cluster: { title: 'Cluster', intro: 'Changes start a new run from the beginning.', seed: 'Seed', pool: 'Pool', count: 'Nodes', size: 'VM size', zones: 'Zones', version: 'Kubernetes version', maxPods: 'Pods per node', start: 'Start a new run', addPool: 'Add a pool', removePool: 'Remove', confirm: 'The present run of {{commands}} commands ends. Start a new one?', cancel: 'Cancel' },
  inspector: { empty: 'Select anything on the stage to see what it is, how it lives and why.', conditions: 'Conditions', events: 'Events', life: 'Life', yaml: 'YAML', related: 'Belongs to', none: 'None', since: 'since {{time}}', why: 'Why?', loading: 'Looking' },
  decision: {
    empty: 'Select a pod, or an attempt here, to see how its node was found.', attempts: 'Attempts', nodes: 'Nodes', total: 'Total', verdict: 'Verdict', passes: 'passes', chosen: 'chosen', step: 'Plugin {{index}} of {{count}}: {{name}}', previous: 'Previous plugin', next: 'Next plugin', all: 'All plugins',
    arithmetic: 'Arithmetic', raw: 'raw', normalized: 'normalised', weighted: 'weighted', weight: 'weight {{weight}}', pick: 'Choose a cell to see its arithmetic.', notScored: 'One node fits, so nothing was scored.', tied: '{{count}} nodes had the highest total; the seeded stream drew one.', node: 'Node',
  },
  request: { title: 'Send a request', source: 'From pod', url: 'Address', once: 'Send once', rate: 'Every second', stop: 'Stop', empty: 'No pod is running yet. Apply a scenario first.', results: 'Requests', none: 'Nothing has been sent yet.', chosen: 'rule {{chain}} chose {{address}} of {{count}}', rejected: 'no endpoint: refused', dropped: 'no local endpoint: dropped' },
  events: { title: 'Events', table: 'Table', filter: 'Filter events', errorsOnly: 'Problems only', empty: 'Nothing has happened yet. Press Play.', kind: 'Kind', name: 'Name', status: 'Status', age: 'Age', omitted: '{{count}} events are not listed at this speed.' },
  why: { title: 'Why?', empty: 'Select an event or an object to follow its causes back.', root: 'This is where it began.' },
  share: { title: 'Share this run', link: 'Link', copy: 'Copy', copied: 'Copied', long: 'Long link: some programs shorten links above 1,800 characters.', tooLong: 'The run is too long for a link. Save it as a file instead.', file: 'Save as a file', contains: 'It holds the seed, the options, {{files}} texts and {{commands}} commands.', opened: 'A shared run', openedText: 'It holds {{commands}} commands on {{nodes}} nodes, and plays when you press Play.', play: 'Play', close: 'Close', embed: 'Open in Pilothouse' },
  fault: { title: 'Something went wrong', restart: 'Start again from the last state', dismiss: 'Dismiss', storage: 'The browser keeps nothing for this page: a refresh loses the run. Save it as a file.', fork: 'Discard the future?', forkText: 'A change here discards {{commands}} later commands.', forkConfirm: 'Discard and go on', cancel: 'Cancel' },
  narrate: {
    command: 'You: {{title}}', document: 'Document {{index}} of the text', request: '{{from}} sends {{line}} and gets {{code}}', write: 'etcd writes {{key}} at revision {{revision}}', watch: 'The API server tells {{to}}: {{event}} {{name}}', reconcile: '{{component}} looks at {{key}}', event: '{{reason}}: {{message}}', transition: '{{instance}}: {{from}} → {{to}}', scheduled: 'The scheduler chooses {{node}} for {{name}}', unschedulable: 'The scheduler finds no node for {{name}}: {{message}}', queue: '{{name}} goes to the {{queue}} queue: {{because}}', pull: '{{node}} pulls {{image}}: {{outcome}}', start: 'Container {{container}} of {{name}} starts', exit: 'Container {{container}} of {{name}} ends with {{code}}', probe: '{{probe}} probe of {{name}}: {{result}}', log: '{{name}}: {{line}}', proxy: '{{component}} writes {{services}} rules', dns: 'CoreDNS knows {{names}} services', address: '{{name}} gets {{address}}', query: '{{name}} asks for {{question}} {{type}}: {{answer}}', choose: 'The proxy of {{node}}: {{service}} → {{chosen}}', hop: '{{from}} → {{to}}', done: '{{url}}: {{outcome}}', node: '{{name}}: {{what}}', limit: 'A limit was reached: {{what}} ({{limit}})', compact: 'etcd lets go of revisions up to {{revision}}',
  },
} as const;
