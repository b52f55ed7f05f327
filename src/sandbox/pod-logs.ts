// The kubelets' log endpoint, which the API server asks for `kubectl logs`: no container runs, so the text comes from the pod's
// annotation, or says what would be running. Served with the API server's own certificate.
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { type ApiAccess, requestApi } from "./api-request.ts";
import { FAIL, LOGS } from "./stage.ts";

type ContainerStatus = {
  readonly name?: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
};

type Pod = {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: { readonly containers?: readonly { readonly name?: string; readonly image?: string }[] };
  readonly status?: { readonly startTime?: string; readonly containerStatuses?: readonly ContainerStatus[] };
};

type Answer = { readonly status: number; readonly text: string };

/** Starts the endpoint on a free port of 127.0.0.1; `access` is asked for the pods. */
export async function servePodLogs(
  certificate: { readonly cert: string; readonly key: string },
  access: () => ApiAccess,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(certificate, (asked, reply) => {
    const url = new URL(asked.url ?? "/", "https://127.0.0.1");
    void answerLogRequest(url, access()).then(
      ({ status, text }) => reply.writeHead(status, { "content-type": "text/plain" }).end(text),
      (error: unknown) => reply.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function answerLogRequest(url: URL, access: ApiAccess): Promise<Answer> {
  const [route, namespace, name, container] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (route !== "containerLogs" || namespace === undefined || name === undefined || container === undefined) {
    return { status: 404, text: `the sandbox has no containers to run ${url.pathname} in\n` };
  }
  const reply = await requestApi(
    access,
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`,
  );
  if (reply.status !== 200) return { status: 404, text: `pod "${name}" not found\n` };
  // The API server answers 200 for a pod with a pod.
  return containerLog(reply.body as Pod, container, url.searchParams);
}

/** What `kubectl logs` shows of a pod's container; refuses in the words of a real kubelet. */
export function containerLog(pod: Pod, container: string, query: URLSearchParams): Answer {
  const name = pod.metadata?.name ?? "";
  const status = pod.status?.containerStatuses?.find((it) => it.name === container);
  const waiting = status?.state?.waiting;
  const restarts = status?.restartCount ?? 0;
  if (query.get("previous") === "true" && restarts === 0) {
    return { status: 400, text: `previous terminated container "${container}" in pod "${name}" not found` };
  }
  if (waiting !== undefined && waiting.reason !== "CrashLoopBackOff") {
    const why =
      waiting.reason === "ErrImagePull" || waiting.reason === "ImagePullBackOff"
        ? "trying and failing to pull image"
        : (waiting.reason ?? "");
    return { status: 400, text: `container "${container}" in pod "${name}" is waiting to start: ${why}` };
  }
  let lines = logLines(pod, container);
  const tail = Number(query.get("tailLines") ?? Number.NaN);
  if (Number.isInteger(tail) && tail >= 0) lines = lines.slice(Math.max(0, lines.length - tail));
  if (query.get("timestamps") === "true") {
    const began = pod.status?.startTime ?? "";
    lines = lines.map((line) => `${began} ${line}`);
  }
  const text = lines.map((line) => `${line}\n`).join("");
  const limit = Number(query.get("limitBytes") ?? Number.NaN);
  return {
    status: 200,
    text: Number.isInteger(limit) && limit >= 0 ? Buffer.from(text).subarray(0, limit).toString() : text,
  };
}

function logLines(pod: Pod, container: string): string[] {
  const annotations = pod.metadata?.annotations ?? {};
  const asked = annotations[LOGS];
  if (asked !== undefined) return asked.replace(/\n$/, "").split("\n");
  const image = pod.spec?.containers?.find((it) => it.name === container)?.image ?? "its image";
  const lines = [
    `sandbox: ${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""} container ${container} stands for ${image}; nothing runs here`,
  ];
  const fail = annotations[FAIL];
  if (fail === "CrashLoopBackOff" || fail === "exit-1")
    lines.push(`sandbox: exiting with code 1, as ${FAIL}: ${fail} asks`);
  if (fail === "never-ready") lines.push(`sandbox: not ready, as ${FAIL}: ${fail} asks`);
  return lines;
}
