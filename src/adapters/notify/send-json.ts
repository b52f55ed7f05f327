// One POST of JSON within bounds of time and size. Nothing secret comes back in a failure: neither the address's path,
// which can be a key to the receiver, nor a token.
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { redact, shorten } from "../../core/redact.ts";

const timeoutMs = 10_000;
const mostAnswerBytes = 4_096;

export type JsonPost = {
  /** What is being done, for messages: `telling Slack of run r7`. */
  readonly doing: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** What must not stand in any message. */
  readonly secrets: readonly string[];
  readonly rules: SendRules;
};

export type SendRules = {
  /** True to take http:// too, where the server is on this machine. */
  readonly allowsPlainHttp: boolean;
};

/** Posts once; an answer of another kind than 2xx is a failure, `unreachable` where it may pass by itself. */
export async function postJson(post: JsonPost): Promise<Result<void>> {
  const { doing, headers, body, secrets, rules } = post;
  const url = URL.parse(post.url);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return failed({
      kind: "rejected",
      message: `${doing}: its address is no http(s) URL`,
      next: "correct the address",
    });
  // What is signed with a secret is for its receiver alone, too: it names releases and what is wrong with them.
  if (url.protocol !== "https:" && !(rules.allowsPlainHttp && isLoopback(url.hostname)))
    return failed({
      kind: "rejected",
      message: `${doing}: ${url.host} would be told without encryption`,
      next: "use an https address",
    });
  const clean = (text: string): string => redact(text, new Set(secrets.filter((secret) => secret !== "")));
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "user-agent": "headway", "content-type": "application/json", ...headers },
      body,
      // Where it leads to was never configured.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const said = await readSome(answer);
    if (answer.ok) return succeeded(undefined);
    return failed({
      kind: kindOf(answer.status),
      message: clean(`${doing}: ${url.host} answered ${answer.status}${said === "" ? "" : `: ${said}`}`),
    });
  } catch (error) {
    return failed({ kind: "unreachable", message: clean(`${doing}: ${url.host}: ${reasonOf(error)}`) });
  }
}

function kindOf(status: number): "unreachable" | "forbidden" | "rejected" {
  if (status === 408 || status === 429 || status >= 500) return "unreachable";
  return status === 401 || status === 403 ? "forbidden" : "rejected";
}

/** The beginning of an answer's text; the rest is not read. */
async function readSome(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body that fetch brings is bytes, whatever its type leaves open.
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  while (reader !== undefined && size < mostAnswerBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  await reader?.cancel();
  const text = Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString("utf8");
  return shorten(text.replace(/\s+/g, " ").trim());
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000}s`;
  const { cause } = error;
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.message;
  return error.message;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.[0-9]+\.[0-9]+\.[0-9]+$/.test(hostname);
}
