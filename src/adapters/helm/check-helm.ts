// Which helm programs Headway drives: Helm 4 from 4.1.4 on. Where a program comes from is the sandbox's and the
// composition root's business.
import { execa } from "execa";
import semver from "semver";
import { failed, succeeded } from "../../core/failure.ts";
import type { Result } from "../../core/failure.ts";

/** 4.1.4 is the first with the fixes of CVE-2026-35204, -35205 and -35206. */
export const oldestHelm = "4.1.4";

/** The program's version, or why it can't be used. */
export async function checkHelm(program: string): Promise<Result<string>> {
  const result = await execa(program, ["version", "--template", "{{.Version}}"], {
    reject: false,
    timeout: 20_000,
    env: { HELM_NO_PLUGINS: "1" },
  });
  const said = result.stdout.trim();
  // A helm made with `go install` knows no patch version: v4.3 (seen with 4.3.1).
  const version = semver.valid(said) ?? semver.valid(`${said}.0`);
  if (result.exitCode !== 0 || version === null)
    return failed({
      kind: "program",
      message: `${program} does not answer as helm does${result.stderr === "" ? "" : `: ${result.stderr.slice(0, 200)}`}`,
      next: `Install Helm ${oldestHelm} or newer, or name it in HEADWAY_HELM.`,
    });
  return judgeHelmVersion(program, version);
}

/** The rule apart from the process, for tables. */
export function judgeHelmVersion(program: string, version: string): Result<string> {
  const major = semver.major(version);
  if (major === 3)
    return failed({
      kind: "program",
      message: `${program} is Helm ${version}: Headway needs Helm 4, whose server-side apply and wait flags it relies on`,
      next: "Install Helm 4. Releases that were born under Helm 3 are taken over as they are.",
    });
  if (semver.lt(version, oldestHelm) || major > 4)
    return failed({
      kind: "program",
      message: `${program} is Helm ${version}: Headway drives Helm 4 from ${oldestHelm} on (earlier ones have known security holes)`,
      next: `Install Helm ${oldestHelm} or newer 4.x.`,
    });
  return succeeded(version);
}
