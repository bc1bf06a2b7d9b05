/** What is typed at both kubectls: lines of a working day on one cluster, and the manifests that they speak of. */

/** Lines that change nothing. */
export const READS: readonly string[] = String.raw`
get
get pods
get pods -A
get pods -A -o wide
get nodes -o wide
get nodes
get deploy,svc
get all
get all -A
get cm quoting -o yaml
get svc -o yaml
get pods -o json
get pods -A -o json
get nodes -o yaml
get deploy web -o yaml
get deploy web -o yaml --show-managed-fields
get pods -o name
get nodes -o jsonpath={.items[*].metadata.name}
get nodes -o jsonpath='{range .items[*]}{.metadata.name}{"\t"}{.status.capacity.cpu}{"\n"}{end}'
get pods -o jsonpath='{.items[?(@.status.phase=="Running")].metadata.name}'
get pods -o jsonpath='{.items[0]}'
get pods -o jsonpath='{.items[0].metadata.labels}'
get nodes -o custom-columns=NAME:.metadata.name,CPU:.status.capacity.cpu,T:.spec.taints,L:.metadata.labels
get pods -o custom-columns='NAME:.metadata.name,IMAGES:.spec.containers[*].image,IP:.status.podIP'
get pods -o go-template='{{range .items}}{{.metadata.name}} {{len .spec.containers}}{{"\n"}}{{end}}'
get pods -o go-template='{{range $i, $p := .items}}{{if $i}}, {{end}}{{$p.metadata.name | printf "%q"}}{{end}}'
get svc web -o go-template='{{.spec.clusterIP}} {{(index .spec.ports 0).port}}'
get secret keys -o go-template='{{.data.password | base64decode}}'
get pods --sort-by=.metadata.name
get pods --sort-by=.status.phase
get pods --sort-by=.metadata.creationTimestamp
get nodes --sort-by=.metadata.namex
get pods -l app=web --show-labels
get pods -l 'app in (web,db)' -L app,tier
get pods -l app!=web
get pods --field-selector status.phase=Running
get pods --field-selector=status.phase!=Running
get pods --field-selector a=b
get pods -l 'a in (b'
get pods --no-headers
get pod nope nope2
get pod nope --ignore-not-found
get pods -n nope
get foo
get pods,foo
get pods -o foo
get po/broken deploy/web
get po broken nope
get ns
get events -A
get events
get hpa,pdb,ing,netpol
get pv,pvc,sc
get sts,ds,job,cj
get rs -o wide
get ep,endpointslices
get sa,secrets,cm,quota -n kube-system
get roles,rolebindings -n shop
get clusterroles
get clusterrolebindings -o wide
get pc,leases -A
get pods -o jsonpath={
get pods -o jsonpath
get nodes -o custom-columns=A
get pods -o jsonpath='{.items[9].foo.bar}'
get pods -o jsonpath='{.items[99].foo}'
get pods --allow-missing-template-keys=false -o jsonpath='{.foo}'
get svc/kubernetes -o go-template={{.foo
get svc/kubernetes -o go-template={{.foo.bar}}
get svc -o jsonpath-as-json='{.items[*].metadata.name}'
get pods/foo svc
get pods --foo
get pods -zx
get svc --chunk-size=x
get svc -o kyaml
get deploy web -o kyaml
get deploy.apps web
get deployments.v1.apps web
get Pods
get po -owide
gett pods
foo
get pods extra --selector=a=b
get pods -A web
get svc,pods -o name
get all -o yaml
get -f setup.yaml
get pods broken -o yaml
get --raw /version
get --raw /api/v1/namespaces/default
get pods --show-kind
get deploy web -o jsonpath='{.spec.template.spec.containers[0].resources}'
get deploy web -o=jsonpath='{.metadata.labels.app}{"\n"}'
get deploy/web --subresource=status
api-resources
api-resources -o wide
api-resources -o name --namespaced=false
api-resources --api-group=apps --no-headers
api-versions
cluster-info
version
version -o yaml
version -o json
version --client
auth whoami
auth whoami -o yaml
auth can-i get pods
auth can-i --list
auth can-i get nodes
auth can-i get foo
auth can-i delete deployments.apps/web -n shop
auth can-i list pods -n shop --as=system:serviceaccount:shop:robot
auth can-i list secrets -n shop --as=system:serviceaccount:shop:robot
auth can-i --list -n shop --as=system:serviceaccount:shop:robot
get secrets -n shop --as=system:serviceaccount:shop:robot
config view
config get-contexts
config current-context
config get-clusters
config use-context nope
config set-context --current --namespace=shop
set env deploy/web --list
rollout history deploy/web
rollout history deploy web --revision=1
rollout history deploy/web --revision=9
rollout history ds/agent
rollout history sts
rollout status deploy/web
rollout status ds/agent
rollout status sts/nope
rollout status pod/teller
rollout status deploy/crash --watch=false
wait pod/teller --for=condition=Ready
wait pod/big --for=condition=Ready --timeout=1s
wait pod/nope --for=delete
wait pod --for=foo
wait
wait pod/nope --for=condition=Ready
wait pod/teller --for=jsonpath='{.status.phase}'=Running
wait pod/teller --for=jsonpath='{.status.phase}'
wait pods -l app=web --for=condition=Ready
wait --for=condition=Available deploy/web deploy/crash --timeout=0
logs teller
logs nope
logs deploy/crash
logs -l app=web
logs teller --all-containers --prefix
logs teller -c nope
logs teller side
logs big
logs broken
logs deploy/nope
logs -l a=b
logs teller --previous
logs teller -c init --timestamps
logs svc/web
logs teller --tail=1
logs teller --tail=x
logs
logs deploy/crash --previous
logs job/once
events --for pod/big
events -n nope
events --types=foo
diff -f cm.yaml
diff -f cmchange.yaml
diff -f cm2.yaml
diff -f deploychange.yaml
explain deploy
explain deploy.spec
explain pod.spec.containers
explain pod --recursive
explain pod.spec.nope
explain nope
explain pod.spec.restartPolicy
explain pod.metadata.labels
explain pod.spec.containers.resources.limits
explain
explain svc.spec
explain hpa.spec
explain ingress --recursive
explain cj.spec.jobTemplate.spec
top nodes
top pods
top pod --containers
describe pod teller
describe pod broken
describe pod big
describe pods -l app=web
describe pods -l app=crash
describe nodes
describe deploy web
describe deploy crash
describe rs -l app=web
describe sts db
describe ds agent
describe job once
describe cj often
describe svc lb
describe svc web
describe svc kubernetes
describe svc -n kube-system
describe ep web
describe endpointslice -l kubernetes.io/service-name=web
describe ingress web
describe netpol deny
describe cm settings
describe secret keys
describe sa robot -n shop
describe ns shop
describe ns default
describe sc
describe hpa web
describe pdb web
describe pc high
describe pc
describe quota
describe limits -n shop
describe role reader -n shop
describe clusterrole view
describe clusterrole cluster-admin
describe rolebinding reads -n shop
describe clusterrolebinding cluster-admin
describe pv
describe pvc
describe lease -n kube-node-lease
describe csinode
describe pod nope
describe pod tell
describe foo
describe
describe pods -n nope
describe deploy -n kube-system
describe pods -n kube-system
describe controllerrevisions
describe ingressclass
attach
attach nope
attach a b c
attach big -c nope
exec teller -t -c side -- sh -c "echo x; exit 4"
exec -i teller -c side -- cat
config view --minify
config view -o json
top nodes --sort-by=cpu
top pods --sum=true
top pod teller --containers --no-headers
top pods -l app=web
explain deploy.spec --recursive
explain deploy --api-version=apps/v1
wait deploy/web --for=create
wait pod/teller --for=condition=Ready=false --timeout=1s
wait --for=jsonpath='{.status.readyReplicas}'=2 deploy/web
wait pod/teller --for=condition=ready --for=condition=Initialized
get nodes -o jsonpath='{.items[0].metadata.name}'
auth can-i create pods/exec
auth can-i '*' '*'
auth can-i get pods --subresource=log
auth can-i list pods -q
api-resources --verbs=list,watch -o name
api-resources --sort-by=name
get pods --watch --timeout=1s
explain deploy --output=plaintext-openapiv2
explain deploy.spec --output=plaintext-openapiv2
explain pod --recursive --output=plaintext-openapiv2
explain pod.spec.containers --output=plaintext-openapiv2
explain pod.metadata.labels --output=plaintext-openapiv2
explain pod.spec.nope --output=plaintext-openapiv2
explain deploy --output=foo
options
plugin list
completion
completion foo
completion bash zsh
exec guarded -n shop --as=system:serviceaccount:shop:robot -- hostname
attach guarded -n shop --as=system:serviceaccount:shop:robot
logs guarded -n shop --as=system:serviceaccount:shop:robot
exec guarded -n shop --as=root --as-group=system:masters -- echo hi
get csr
version --short
get pods --output-watch-events
logs teller --all-pods
logs deploy/web --all-pods
logs -l app=web --all-pods
logs teller --all-pods --all-containers
logs teller --as=jane
logs nope --as=jane
wait pods --all --for=condition=Ready --timeout=2s
wait deploy --all --for=condition=Available --timeout=1s
wait pod/big pod/teller pod/broken --for=condition=Ready --timeout=0
wait pod/big pod/teller --for=delete --timeout=0
wait pod/big pod/nope --for=create --timeout=1s
wait pod/nope pod/nope2 --for=create --timeout=0
wait pod/nope --for=create --timeout=0
wait pod/teller deploy/web --for=create
wait deploy/web --for=create -o name
top pods -A --sort-by=cpu
top pods -A --sort-by=memory
top pods -A --containers --sort-by=memory
get pods -A --sort-by=.status.phase
get pods -A --sort-by=.metadata.labels.app -o name
get pods -A --sort-by=.metadata.creationTimestamp
get events --sort-by=.metadata.name
get events -A --sort-by=.reason
get events -A --sort-by=.lastTimestamp
`
  .split('\n')
  .filter(Boolean);

/** Lines that change something; each is told from the same state. */
export const WRITES: readonly string[] = String.raw`
apply -f cmchange.yaml --server-side --field-manager=other
create token robot -n shop --duration=5m
set image deploy/web nginx=nginx:1.28 --dry-run=client -o name
set resources deploy/web --limits=cpu=200m,memory=512Mi
set env deploy/web A=b C-
set selector svc/web app=x
set serviceaccount deploy/web robot
set subject rolebinding reads --serviceaccount=shop:x -n shop
drain aks-nodepool1-12345678-vmss000000 --ignore-daemonsets
drain nope
replace --force -f cm.yaml
annotate deploy web a=b --overwrite
patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":4}]'
scale deploy --all --replicas=1
scale deploy web --current-replicas=5 --replicas=1
autoscale deploy crash --min=1 --max=3 --cpu=50%
rollout undo deploy/web --to-revision=9
expose deploy crash --port=80 --target-port=8080 --name=cr
delete deploy,svc -l app=web
taint nodes --all a=b:NoSchedule
edit cm settings % s/mode: blue/mode: green/
edit cm settings % s/^# Please/# Thanks/
edit deploy/web % s/replicas: 2/replicas: 3/
edit deploy web % s/^  replicas: 2/  replicas: -1/
edit deploy web % s/name: web$/name: wob/
edit cm/settings secret/keys % s/mode: blue/mode: green/
edit cm nope % s/a/b/
edit
edit cm settings % d
edit svc web % s/port: 80/port: 81/
edit pod teller % s/image: busybox:1.36/image: busybox:1.37/
edit ns shop -o json % s/"name": "shop"/"name": "shop"/
set env deploy/web
set env deploy/web A=b MODE- C=
set env deploy/web A=b --dry-run=client
set image deploy/web nope=x
set image deploy/web
set image deploy/web nginx=nginx:1.27
set image deploy/web nginx=nginx:1.26
set image deploy/web *=nginx:1.26 -o name
set resources deploy web
set resources deploy web --limits=cpu=x
set resources deploy web --limits=cpu=200m,memory=128Mi --requests=cpu=100m
set selector svc web app=z
set sa deploy web robot --dry-run=client
set sa deploy web robot
set subject rolebinding reads -n shop --user=bob
rollout undo deploy/web
rollout undo deploy/web --to-revision=7
rollout resume deploy/web
rollout restart deploy/nope
rollout restart
rollout restart deploy/web
rollout restart deploy
rollout pause deploy/web
rollout pause ds/agent
rollout foo
taint nodes --all x
taint nodes --all k=v:NoSchedule
taint node nope a=b:NoSchedule
taint nodes --all a-
cordon
cordon nope
exec big -- ls
exec
label pod teller
label pod teller run=x
label pod teller run=x --overwrite
label pod teller a=b c-
label pod teller run-  --dry-run=server
label pods --all x=y -l a=b
label pods --all x=y
label pod teller 'a/b/c=d'
label pod teller 'a=b c'
label pod nope a=b
label nodes --all k=v
annotate pod teller a=b
annotate pod teller a-
annotate pod
annotate deploy web a=b -o yaml
scale
scale deploy/web
scale deploy/web --replicas=3
scale deploy web crash --replicas=3
scale deploy/web --replicas=2 --current-replicas=5
scale pod/teller --replicas=2
scale deploy nope --replicas=1
patch deploy web
patch deploy web -p '{"spec":{"replicas":2}}'
patch deploy web -p '{"spec":{"replicas":3}}'
patch deploy web --type=merge -p '{"spec":{"replicas":3}}'
patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":1}]'
patch deploy web -p '{"spec":{"replicas":"x"}}'
patch deploy web --type=foo -p '{}'
patch deploy nope -p '{}'
patch svc web -p '{"spec":{"type":"NodePort"}}'
expose deploy/crash
expose ds agent --port=1
expose deploy web --port=80
expose deploy web --name=web2
expose pod teller --port=80 --target-port=8080 --type=NodePort
run
run x
run X --image=nginx
run x --image=nginx
run x --image=nginx --dry-run=client -o yaml --port=80 --env=A=b --labels=a=b --command -- sh -c hi
run x --image=nginx -n shop --dry-run=server
run teller --image=nginx
create deployment
create deployment web --image=nginx
create deployment w --image=nginx:1.27 --replicas=3 --port=80
create deployment w --image=nginx --image=busybox:1.3 --dry-run=client -o yaml
create cm
create cm settings
create cm c --from-literal=a=b --from-literal=c=d
create cm c --from-literal=a=b --dry-run=client -o yaml
create secret generic s --from-literal=a=b
create secret generic s --from-literal=a=b --dry-run=client -o yaml
create secret docker-registry r --docker-username=u --docker-password=p --docker-server=s --dry-run=client -o yaml
create secret tls x
create foo
create
create ns n
create ns shop
create ns n --dry-run=client -o yaml
create sa s
create sa robot -n shop
create service clusterip s
create svc clusterip s --tcp=80:8080
create svc nodeport s --tcp=80 --node-port=30080
create svc loadbalancer s --tcp=80 --dry-run=client -o yaml
create svc externalname s --external-name=a.b
create role r
create role r --verb=get,list --resource=pods,deployments.apps,pods/log --resource-name=a --dry-run=client -o yaml
create role r --verb=get --resource=pods -n shop
create role r --verb=get --resource=nope
create role r --verb=foo --resource=pods
create rolebinding r --role=x --user=u --group=g --serviceaccount=a:b
create rolebinding r
create clusterrole r --verb=get --non-resource-url=/x --dry-run=client -o yaml
create clusterrolebinding r --clusterrole=view --user=jane
create job j
create job j --image=busybox -- date
create job j --from=cronjob/often
create cronjob j --image=b --schedule='* * * * *' -- date
create quota q --hard=a
create quota q --hard=pods=5,cpu=2
create pdb p
create pdb p --selector=app=x --min-available=1
create pc h2 --value=5 --description=d
create ingress i
create ingress i --class=nginx --rule="a.b/path*=svc:80,tls=sec" --rule="/x=y:http"
create token nope
create -f nope.yaml
autoscale deploy/web --max=0
autoscale deploy web --max=3 --cpu=50%
autoscale deploy crash --max=3 --min=1 --cpu=50%
autoscale deploy crash --max=3 --min=1 --cpu=50% --dry-run=client -o yaml
delete
delete pod
delete pod nope
delete pod teller --wait=false
delete pod teller --grace-period=0 --force
delete pod teller --now --wait=false
delete pods --all --wait=false
delete pods -l a=b
delete cm settings
delete svc,cm -l a=b
delete deploy web -o name
delete deploy web --dry-run=client
delete deploy web --dry-run=server
delete deploy/web svc/web
delete deploy/web svc/nope
delete cm nope --ignore-not-found
delete ns shop --wait=false
delete -f cm.yaml
delete -f cm2.yaml
delete foo x
apply
apply -f cm.yaml
apply -f cm2.yaml
apply -f cmchange.yaml
apply -f cmchange.yaml --dry-run=client
apply -f cmchange.yaml --dry-run=server
apply -f cmchange.yaml --server-side
apply -f cmchange.yaml --server-side --field-manager=me
apply -f cmchange.yaml --server-side --dry-run=server
apply -f wrongfield.yaml --server-side
apply -f cmchange.yaml --server-side --force-conflicts
apply -f cmchange.yaml -o yaml
apply -f cmchange.yaml -o name
apply -f multi.yaml
apply -f invalid.yaml
apply -f nope.yaml
apply -f - <<< cm2.yaml
apply -f setup.yaml
apply -f deploychange.yaml
apply -f wrongfield.yaml
apply foo
create -f cm.yaml
create -f cm2.yaml
create -f multi.yaml
create -f wrongfield.yaml
create -f cm2.yaml --dry-run=client
create -f cm2.yaml --dry-run=client -o yaml
replace -f cm.yaml
replace -f cm2.yaml
replace -f cmchange.yaml
replace -f cmchange.yaml --force
auth reconcile
auth reconcile -f cm.yaml
auth reconcile -f setup.yaml
auth reconcile -f setup.yaml --dry-run=server
auth reconcile -f rbac.yaml
auth reconcile -f rbac.yaml --dry-run=client
auth reconcile -f rbac.yaml --remove-extra-permissions --remove-extra-subjects
certificate approve nope
certificate deny nope
certificate approve
certificate approve jane
certificate deny jane -o yaml
certificate approve jane nope
patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":3}}'
patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'
apply --prune -f cm.yaml -l app=m
apply --prune -f cm.yaml --all
apply --prune -f cm.yaml --all -n shop
apply --prune -f cm.yaml --all --dry-run=client
apply --prune -f cm.yaml --all --prune-allowlist=core/v1/ConfigMap
apply --prune -f cm.yaml --all --prune-allowlist=core/v1/Foo
apply --prune -f cm.yaml --all --prune-allowlist=ConfigMap
apply --prune -f cm.yaml --all --prune-allowlist=apps/v1/Deployment --prune-allowlist=core/v1/Secret --cascade=foreground
`
  .split('\n')
  .filter(Boolean);

export const FILES: Readonly<Record<string, string>> = {
  'setup.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web, tier: front}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.27
        ports: [{containerPort: 80, name: http}]
        env: [{name: MODE, value: test}, {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        envFrom: [{configMapRef: {name: settings}}]
        resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 64Mi}}
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
        livenessProbe: {tcpSocket: {port: 80}}
        volumeMounts: [{name: conf, mountPath: /etc/conf, readOnly: true}, {name: tmp, mountPath: /tmp}]
      volumes:
      - {name: conf, configMap: {name: settings}}
      - {name: tmp, emptyDir: {}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: "blue", app.conf: "a=1\\nb=2\\n"}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {password: hunter2, user: me}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: lb}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: a, port: 80}, {name: b, port: 443}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "busybox:1.36", command: [sh, -c, "echo up; sleep 3600"], volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: "busybox:1.36", command: [sleep, "3600"]}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.36", command: [sh, -c, "echo done"]}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: often}
spec: {schedule: "*/5 * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: "busybox:1.36", command: [date]}]}}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {ingressClassName: nginx, rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}], tls: [{hosts: [a.example.com], secretName: keys}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432, protocol: TCP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: teller, labels: {run: teller}}
spec:
  restartPolicy: Never
  initContainers: [{name: init, image: "busybox:1.36", command: [sh, -c, "echo init"]}]
  containers:
  - {name: teller, image: "busybox:1.36", command: [sh, -c, "echo one; echo two; sleep 3600"]}
  - {name: side, image: "busybox:1.36", command: [sh, -c, "echo side; sleep 3600"]}
---
apiVersion: v1
kind: Pod
metadata: {name: broken}
spec: {containers: [{name: c, image: "nope.invalid/x:1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: big}
spec: {containers: [{name: c, image: "nginx:1.27", resources: {requests: {cpu: "100"}}}], nodeSelector: {a: b}, tolerations: [{key: x, operator: Exists, effect: NoSchedule}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: crash}
spec:
  selector: {matchLabels: {app: crash}}
  template: {metadata: {labels: {app: crash}}, spec: {containers: [{name: c, image: "busybox:1.36", command: [sh, -c, "echo boom; exit 1"]}]}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {pods: "50"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: LimitRange
metadata: {name: bounds, namespace: shop}
spec: {limits: [{type: Container, default: {cpu: 200m}, defaultRequest: {cpu: 100m}, max: {cpu: "1"}}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot, namespace: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods, services], verbs: [get, list]}, {apiGroups: [apps], resources: [deployments], resourceNames: [a], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: robot, namespace: shop}, {kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
description: important
`,
  'setup-requests.yaml': `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec: {request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWE1IOENBUUF3SFRFTk1Bc0dBMVVFQXd3RWFtRnVaVEVNTUFvR0ExVUVDZ3dEWkdWMk1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUViWmQzcmZoc0lzZit3blk0UG5acFoyWHdCT3VZeUg0WHZhYUJjV0RGCmNVQ2JlRThRWXp1b0xiZG9NUHlXc2xYcGRlTm5VN0taUWpyOVg1bTNXblcwSHFBQU1Bb0dDQ3FHU000OUJBTUMKQTBnQU1FVUNJUURQSXlvdGNDOXNsRFowMUtWTHNqSmJaYVliejd4Y0Y1Wlc4eUw5UW9zOGJBSWdheSt0eC9kOQpHRUUxbG9IdEpUaXVZbXM4NnlIOEx1eThOMEhoakVqRWJTdz0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
---
apiVersion: v1
kind: Pod
metadata: {name: guarded, namespace: shop}
spec: {containers: [{name: c, image: "busybox:1.36", command: [sh, -c, "echo hidden; sleep 3600"]}]}
`,
  'rbac.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop, labels: {team: a}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, watch]}, {apiGroups: [apps], resources: [deployments], resourceNames: [a], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: kim}, {kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: looker}
rules: [{apiGroups: [""], resources: [nodes], verbs: [list]}, {nonResourceURLs: [/healthz], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: looks}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: looker}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: devs}]
`,
  'cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: "blue", app.conf: "a=1\\nb=2\\n"}
`,
  'cm2.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: fresh}
data: {mode: "blue", app.conf: "a=1\\nb=2\\n"}
`,
  'cmchange.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {a: b}}
data: {mode: "green", app.conf: "a=1\\nb=2\\n"}
`,
  'multi.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: m1, labels: {app: m}}
data: {a: b}
---
apiVersion: v1
kind: Service
metadata: {name: m1, labels: {app: m}}
spec: {ports: [{port: 80}], selector: {app: m}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: m1, labels: {app: m}}
spec:
  selector: {matchLabels: {app: m}}
  template: {metadata: {labels: {app: m}}, spec: {containers: [{name: c, image: nginx}]}}
`,
  'invalid.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: UPPER
spec:
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: c}}, spec: {containers: [{name: c}]}}
`,
  'wrongfield.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: x
spec: {a: b}
`,
  'deploychange.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: crash, labels: {x: z}}
spec:
  replicas: 2
  selector: {matchLabels: {app: crash}}
  template: {metadata: {labels: {app: crash}}, spec: {containers: [{name: c, image: "busybox:1.37", command: [sh, -c, "echo boom; exit 1"]}, {name: d, image: nginx}]}}
`,
};
