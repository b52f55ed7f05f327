// The agent's HTTP server: probes, metrics and webhooks, each where the caller gives what it shows. It decides nothing: a
// webhook only tells the caller which stack has something new.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { takeToken, type Bucket, type Rate } from "../core/rate-limit.ts";
import { plain, send, type Answer } from "./answer.ts";
import { answerHealth, type Health } from "./health.ts";
import { makeHookHandler, type Hooks } from "./hooks.ts";

/** What a server shows; a group that is absent is not found there, so that each can have a port of its own. */
export type AgentServerOptions = {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly nowMs: () => number;
  readonly health?: Health;
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly hooks?: Hooks;
  /** Told of what must not happen: a request was answered with 500. */
  readonly onError: (error: unknown) => void;
};

export type AgentServer = {
  readonly port: number;
  /** Takes no new connection, and ends those that are open. */
  close(): Promise<void>;
};

const headerLimitBytes = 64 * 2 ** 10;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Each takes a file descriptor; with slow clients none may be left for probes. */
const mostConnections = 1_024;
const metricsRate: Rate = { perSecond: 5, burst: 20 };

/** Listens; fails where the address can't be had. */
export async function openAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const route = makeRoutes(options);
  const answerAll = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that goes away is no error of anybody.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    route(request, response).then(
      (answer) => {
        if (answer !== undefined) send(request, response, answer);
      },
      (error: unknown) => {
        options.onError(error);
        send(request, response, plain(500, "internal error"));
      },
    );
  };
  const server = createServer(
    {
      maxHeaderSize: headerLimitBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
    answerAll,
  );
  // Whoever asks first whether to send a body is told so only where it is wanted.
  server.on("checkContinue", answerAll);
  server.maxConnections = mostConnections;
  await listen(server, options.address, options.port);
  // Listening on TCP.
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<Answer | undefined>;

function makeRoutes({ health, metrics, hooks, nowMs }: AgentServerOptions): Route {
  const answerHook = hooks === undefined ? undefined : makeHookHandler(hooks, nowMs);
  let metricsBucket: Bucket | undefined;
  const answerMetrics = async (): Promise<Answer> => {
    if (metrics === undefined) return plain(404, "not found");
    const turn = takeToken(metricsBucket, metricsRate, nowMs());
    metricsBucket = turn.bucket;
    if (!turn.taken) return plain(429, "too many requests", { "retry-after": "1" });
    return { status: 200, ...(await metrics()) };
  };
  return async (request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const isVerbose = query.split("&").some((part) => /^verbose(?:=|$)/.test(part));
    if (path.startsWith("/hooks/")) return answerHook?.(path, request, response) ?? plain(404, "not found");
    const answer = (): Answer | Promise<Answer> => {
      switch (path) {
        case "/livez":
          return health === undefined ? plain(404, "not found") : answerHealth(health.alive(), isVerbose);
        case "/readyz":
          return health === undefined ? plain(404, "not found") : answerHealth(health.ready(), isVerbose);
        case "/metrics":
          return answerMetrics();
        default:
          return plain(404, "not found");
      }
    };
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead && (path === "/livez" || path === "/readyz" || path === "/metrics"))
      return plain(405, "use GET", { allow: "GET, HEAD" });
    return answer();
  };
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
