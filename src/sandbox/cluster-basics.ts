// What a cluster has before anyone uses it and a bare control plane lacks: nodes and a storage class. Also when it is usable.
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiAccess, requestApi } from "./api-request.ts";
import { PROVISIONER, STORAGE_CLASS } from "./cluster-stages.ts";

/** The sandbox's nodes. */
export const NODES = ["sandbox-1", "sandbox-2", "sandbox-3"] as const;

const CAPACITY = { cpu: "128", memory: "1Ti", pods: "10k", "ephemeral-storage": "10Ti" };

function node(name: string, logsPort: number): unknown {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: string, status: string, reason: string, message: string): unknown => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "sandbox",
        "topology.kubernetes.io/zone": name,
      },
    },
    status: {
      phase: "Running",
      capacity: CAPACITY,
      allocatable: CAPACITY,
      addresses: [
        { type: "InternalIP", address: "127.0.0.1" },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: logsPort } },
      conditions: [
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        condition(
          "MemoryPressure",
          "False",
          "KubeletHasSufficientMemory",
          "kubelet has sufficient memory available",
        ),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("NetworkUnavailable", "False", "RouteCreated", "RouteController created a route"),
      ],
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "sandbox://1",
        kernelVersion: "sandbox",
        kubeProxyVersion: "",
        kubeletVersion: "sandbox",
        machineID: "",
        operatingSystem: "linux",
        osImage: "sandbox",
        systemUUID: "",
      },
    },
  };
}

const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: STORAGE_CLASS,
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner: PROVISIONER,
  reclaimPolicy: "Delete",
  volumeBindingMode: "Immediate",
  allowVolumeExpansion: true,
};

/** Makes the nodes, whose kubelets answer on `logsPort`, and the default storage class. */
export async function createBasics(access: ApiAccess, logsPort: number): Promise<void> {
  await Promise.all([
    ...NODES.map((name) => create(access, "/api/v1/nodes", node(name, logsPort))),
    create(access, "/apis/storage.k8s.io/v1/storageclasses", storageClass),
  ]);
}

async function create(access: ApiAccess, path: string, body: unknown): Promise<void> {
  const reply = await requestApi(access, path, { method: "POST", body });
  if (reply.status !== 201 && reply.status !== 409) {
    throw new Error(`POST ${path} was answered with ${reply.status}: ${reply.text}`);
  }
}

/** Resolves once pods can be made and scheduled: every node is Ready and free of taints, the default service account exists. */
export async function waitUntilUsable(access: ApiAccess): Promise<void> {
  for (;;) {
    const [nodes, account] = await Promise.all([
      requestApi(access, "/api/v1/nodes"),
      requestApi(access, "/api/v1/namespaces/default/serviceaccounts/default"),
    ]);
    if (account.status === 200 && areNodesFree(nodes.body)) return;
    await sleep(30);
  }
}

type NodeList = {
  readonly items?: readonly {
    readonly spec?: { readonly taints?: readonly unknown[] };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
};

function areNodesFree(body: unknown): boolean {
  // A list of nodes, as the path asked for; an error has no items.
  const items = (body as NodeList | undefined)?.items ?? [];
  return (
    items.length >= NODES.length &&
    items.every(
      (it) =>
        (it.spec?.taints ?? []).length === 0 &&
        it.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true,
    )
  );
}
