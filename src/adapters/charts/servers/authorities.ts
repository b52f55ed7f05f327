// Certificates of authorities in PEM, from a file or a Secret. What is no certificate is left out: a request that needed
// it fails with words about certificates.
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;
const maxBytes = 4 * 1024 * 1024;

/** The certificates in a text, each as a PEM text of its own. */
export function readAuthorities(text: string): readonly string[] {
  if (text.length > maxBytes) return [];
  return [...text.matchAll(block)].map(([pem]) => pem).filter(isCertificate);
}

/** The same of a file; none where it can't be read. */
export async function readAuthorityFile(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return readAuthorities(text);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
