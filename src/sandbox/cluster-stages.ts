// What else in the sandbox has no controller of its own: node heartbeats, the volumes behind claims, load balancer addresses.
// Pods are in pod-stages.ts.
import { FAIL, patchStatus, READY_AFTER, stage, type Stage } from "./stage.ts";

/** The sandbox's only storage class, and its default: claims of any other class stay Pending, as on a real cluster. */
export const STORAGE_CLASS = "standard";

/** The provisioner of the storage class: nothing answers to the name, a stage makes the volumes. */
export const PROVISIONER = "sim.headway.dev/volume";

const LIVE = ".metadata.deletionTimestamp == null";
const NOT_FAILING = `(.metadata.annotations["${FAIL}"] // "") == ""`;
const READY_AFTER_IS = `(.metadata.annotations["${READY_AFTER}"] // "")`;

// The controller manager's own volume controller binds the claim to a volume that names it, as with any provisioner.
const VOLUME = `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
  annotations:
    pv.kubernetes.io/provisioned-by: ${PROVISIONER}
spec:
  accessModes:
  {{ YAML .spec.accessModes 1 }}
  capacity:
    storage: {{ .spec.resources.requests.storage | Quote }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: {{ .spec.storageClassName | Quote }}
  volumeMode: {{ or .spec.volumeMode "Filesystem" | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath:
    path: /nowhere/pvc-{{ .metadata.uid }}
`;

/** The stages of nodes, claims, volumes and Services of type LoadBalancer. */
export const clusterStages: readonly Stage[] = [
  stage(
    "node-heartbeat",
    { apiGroup: "v1", kind: "Node" },
    [LIVE, '.status.phase == "Running"'],
    [
      patchStatus(`
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
{{ end }}
`),
    ],
    // Leases are the frequent heartbeat; this one only keeps the stamp in the status from looking abandoned.
    300_000,
  ),
  stage(
    "volume-provision",
    { apiGroup: "v1", kind: "PersistentVolumeClaim" },
    [
      LIVE,
      NOT_FAILING,
      `.spec.storageClassName == "${STORAGE_CLASS}"`,
      '(.spec.volumeName // "") == ""',
      '.status.phase == "Pending"',
    ],
    [{ apply: { template: VOLUME } }],
    READY_AFTER_IS,
  ),
  stage(
    "volume-delete",
    { apiGroup: "v1", kind: "PersistentVolume" },
    [LIVE, `.spec.storageClassName == "${STORAGE_CLASS}"`, '.status.phase == "Released"'],
    [{ delete: true }],
  ),
  stage(
    "load-balancer",
    { apiGroup: "v1", kind: "Service" },
    [
      LIVE,
      NOT_FAILING,
      '.spec.type == "LoadBalancer"',
      "((.status.loadBalancer.ingress // []) | length) == 0",
    ],
    [
      patchStatus(`
loadBalancer:
  ingress:
  - ip: 198.51.100.{{ add 1 (mod (adler32sum .metadata.uid | atoi) 254) }}
    ipMode: VIP
`),
    ],
    READY_AFTER_IS,
  ),
];
