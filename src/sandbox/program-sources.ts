// Data: which version of each program Headway runs, which versions it puts up with, where its publisher offers it with a
// checksum, and how Go builds it. The logic is in programs.ts.

/**
 * The programs that can be found. For tests alone: `helm3`, of releases that were born under Helm 3, and `registry`, an OCI
 * registry.
 */
export const PROGRAM_NAMES = [
  "helm",
  "helm3",
  "kubectl",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kustomize",
  "sops",
  "registry",
] as const;

/** One of the programs above. */
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** Operating system and processor in Go's words: `linux`, `amd64`. */
export type Platform = { readonly os: string; readonly arch: string };

/** A release file and where its SHA-256 stands: `member` is the program's path in a tar.gz, absent for a bare program. */
export type Download = { readonly url: string; readonly checksumUrl: string; readonly member?: string };

/** How Go builds the program: by `go install`, or inside a module of its own that requires `requires`. */
export type GoRecipe =
  | {
      readonly kind: "install";
      readonly package: string;
      readonly version: string;
      readonly ldflags?: string;
    }
  | { readonly kind: "require"; readonly module: string; readonly version: string; readonly package: string }
  | { readonly kind: "kubernetes"; readonly package: string; readonly version: string };

/** Everything known about one program. */
export type ProgramSource = {
  readonly version: string;
  /** The file's name; where it differs from the program's name, PATH is looked through for this one. */
  readonly file: string;
  /** Semver range of what may stand in for the exact version. */
  readonly fits: string;
  /** Arguments that print the version of one found on PATH. */
  readonly versionArgs: readonly string[];
  /** Where the publisher offers this version, written as it writes versions. */
  readonly download: (platform: Platform, version: string) => Download;
  readonly go: GoRecipe;
};

const HELM = "v4.3.1";
const HELM_3 = "v3.22.0";
const KUBERNETES = "v1.37.2";
const ETCD = "v3.6.16";
const KWOK = "v0.8.0";
const KUSTOMIZE = "v5.8.1";
const SOPS = "v3.13.3";
const REGISTRY = "v3.1.2";

function helm(usual: string, fits: string, go: GoRecipe): ProgramSource {
  return {
    version: usual,
    file: "helm",
    fits,
    versionArgs: ["version", "--template", "{{.Version}}"],
    download: ({ os, arch }, version) => {
      const url = `https://get.helm.sh/helm-${version}-${os}-${arch}.tar.gz`;
      return { url, checksumUrl: `${url}.sha256sum`, member: `${os}-${arch}/helm` };
    },
    go,
  };
}

function kubernetes(file: string, versionArgs: readonly string[]): ProgramSource {
  return {
    version: KUBERNETES,
    file,
    fits: ">=1.37.0 <1.38.0",
    versionArgs,
    download: ({ os, arch }, version) => {
      const url = `https://dl.k8s.io/release/${version}/bin/${os}/${arch}/${file}`;
      return { url, checksumUrl: `${url}.sha256` };
    },
    go: { kind: "kubernetes", package: `k8s.io/kubernetes/cmd/${file}`, version: KUBERNETES },
  };
}

/** The source of each program. */
export const programSources: Readonly<Record<ProgramName, ProgramSource>> = {
  helm: helm(HELM, ">=4.1.4 <5.0.0", {
    kind: "install",
    package: "helm.sh/helm/v4/cmd/helm",
    version: HELM,
    ldflags: `-X helm.sh/helm/v4/internal/version.version=${HELM}`,
  }),
  helm3: helm(HELM_3, ">=3.18.0 <4.0.0", {
    kind: "install",
    package: "helm.sh/helm/v3/cmd/helm",
    version: HELM_3,
    ldflags: `-X helm.sh/helm/v3/internal/version.version=${HELM_3}`,
  }),
  kubectl: kubernetes("kubectl", ["version", "--client", "--output=json"]),
  "kube-apiserver": kubernetes("kube-apiserver", ["--version"]),
  "kube-controller-manager": kubernetes("kube-controller-manager", ["--version"]),
  "kube-scheduler": kubernetes("kube-scheduler", ["--version"]),
  etcd: {
    version: ETCD,
    file: "etcd",
    fits: ">=3.6.0 <3.7.0",
    versionArgs: ["--version"],
    download: ({ os, arch }, version) => {
      const base = `https://github.com/etcd-io/etcd/releases/download/${version}`;
      const folder = `etcd-${version}-${os}-${arch}`;
      return { url: `${base}/${folder}.tar.gz`, checksumUrl: `${base}/SHA256SUMS`, member: `${folder}/etcd` };
    },
    go: {
      kind: "require",
      module: "go.etcd.io/etcd/server/v3",
      version: ETCD,
      package: "go.etcd.io/etcd/server/v3",
    },
  },
  kwok: {
    version: KWOK,
    file: "kwok",
    // The stages are written for this series.
    fits: ">=0.8.0 <0.9.0",
    versionArgs: ["--version"],
    download: ({ os, arch }, version) => {
      // kwok's releases come without a checksum file; GitHub states the digest of what was uploaded.
      return {
        url: `https://github.com/kubernetes-sigs/kwok/releases/download/${version}/kwok-${os}-${arch}`,
        checksumUrl: `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/${version}`,
      };
    },
    go: { kind: "install", package: "sigs.k8s.io/kwok/cmd/kwok", version: KWOK },
  },
  kustomize: {
    version: KUSTOMIZE,
    file: "kustomize",
    fits: ">=5.4.0 <6.0.0",
    versionArgs: ["version"],
    download: ({ os, arch }, version) => {
      const base = `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2F${version}`;
      return {
        url: `${base}/kustomize_${version}_${os}_${arch}.tar.gz`,
        checksumUrl: `${base}/checksums.txt`,
        member: "kustomize",
      };
    },
    go: {
      kind: "install",
      package: "sigs.k8s.io/kustomize/kustomize/v5",
      version: KUSTOMIZE,
      ldflags: `-X sigs.k8s.io/kustomize/api/provenance.version=${KUSTOMIZE}`,
    },
  },
  sops: {
    version: SOPS,
    file: "sops",
    // What is to be decrypted is handed over on stdin.
    fits: ">=3.11.0 <4.0.0",
    versionArgs: ["--version"],
    download: ({ os, arch }, version) => {
      const base = `https://github.com/getsops/sops/releases/download/${version}`;
      return {
        url: `${base}/sops-${version}.${os}.${arch}`,
        checksumUrl: `${base}/sops-${version}.checksums.txt`,
      };
    },
    go: { kind: "install", package: "github.com/getsops/sops/v3/cmd/sops", version: SOPS },
  },
  registry: {
    version: REGISTRY,
    file: "registry",
    fits: ">=3.0.0 <4.0.0",
    versionArgs: ["--version"],
    download: ({ os, arch }, version) => {
      const base = `https://github.com/distribution/distribution/releases/download/${version}`;
      const file = `registry_${version.slice(1)}_${os}_${arch}.tar.gz`;
      return { url: `${base}/${file}`, checksumUrl: `${base}/${file}.sha256`, member: "registry" };
    },
    go: {
      kind: "install",
      package: "github.com/distribution/distribution/v3/cmd/registry",
      version: REGISTRY,
    },
  },
};
