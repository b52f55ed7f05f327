// Reads the body of a request into memory, within bounds of its own and of all bodies together.
import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly kind: "read"; readonly bytes: Buffer }
  | { readonly kind: "too-large" }
  /** Others fill the memory that there is for bodies. */
  | { readonly kind: "no-room" }
  /** The client went away, or took longer than the server waits. */
  | { readonly kind: "cut" };

export type BodyReader = (request: IncomingMessage) => Promise<Body>;

/** Reads at most `mostBytes` of one request, and holds at most `mostBytesInAll` of all that are being read. */
export function makeBodyReader(mostBytes: number, mostBytesInAll: number): BodyReader {
  let held = 0;
  return (request) => {
    // The length may be a lie; what comes is counted too.
    if (Number(request.headers["content-length"] ?? 0) > mostBytes)
      return Promise.resolve({ kind: "too-large" });
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const end = (body: Body): void => {
        request.off("data", take).off("end", finish).off("close", cut).off("error", cut);
        held -= size;
        size = 0;
        resolve(body);
      };
      const take = (chunk: Buffer): void => {
        if (size + chunk.length > mostBytes) end({ kind: "too-large" });
        else if (held + chunk.length > mostBytesInAll) end({ kind: "no-room" });
        else {
          size += chunk.length;
          held += chunk.length;
          chunks.push(chunk);
        }
      };
      const finish = (): void => {
        end({ kind: "read", bytes: Buffer.concat(chunks) });
      };
      const cut = (): void => {
        end({ kind: "cut" });
      };
      request.on("data", take).on("end", finish).on("close", cut).on("error", cut);
    });
  };
}
