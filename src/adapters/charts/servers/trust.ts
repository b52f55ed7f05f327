// Connections to chart servers: kept open, through the proxy that the environment names, and with further authorities
// beside those that Node trusts. Verification is never off.
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import type { Environment } from "./environment.ts";

/** How connections are made for one set of further authorities. */
export type Trust = {
  readonly httpAgent: http.Agent;
  httpsAgent(): https.Agent;
};

/** Agents per set of further authorities, each a PEM text; the same set gives the same agents. */
export function openTrust(env: Environment): {
  trusting(authorities: readonly string[]): Trust;
  close(): void;
} {
  // NODE_USE_ENV_PROXY is not asked for: whoever sets HTTPS_PROXY wants it.
  const options = { keepAlive: true, maxSockets: 8, proxyEnv: proxyOf(env) };
  const httpAgent = new http.Agent(options);
  const agents = new Map<string, https.Agent>();
  const agentFor = (authorities: readonly string[]): https.Agent => {
    const key = authorities.join("\n");
    const known = agents.get(key);
    if (known !== undefined) return known;
    const agent = new https.Agent(
      key === "" ? options : { ...options, secureContext: contextWith(authorities) },
    );
    agents.set(key, agent);
    return agent;
  };
  return {
    trusting: (authorities) => ({ httpAgent, httpsAgent: () => agentFor(authorities) }),
    close: () => {
      for (const agent of [httpAgent, ...agents.values()]) agent.destroy();
    },
  };
}

/** Made once per set: with all of Node's own authorities it takes some 50 ms. */
function contextWith(authorities: readonly string[]): tls.SecureContext {
  return tls.createSecureContext({ ca: [...tls.getCACertificates("default"), ...authorities] });
}

function proxyOf(env: Environment): Record<string, string> {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
