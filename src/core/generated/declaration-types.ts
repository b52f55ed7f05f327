// Made by scripts/generate.ts from schemas/; change those and run `npm run generate`.

/**
 * One Helm release that a stack declares: a chart, its values, and what it waits for.
 */
export interface HelmRelease {
  /**
   * The version of this format.
   */
  apiVersion: "headway.dev/v1";
  /**
   * What this document declares.
   */
  kind: "HelmRelease";
  /**
   * Names the release.
   */
  metadata: {
    /**
     * The release's name in Headway, and in Helm unless spec.releaseName says otherwise.
     */
    name: string;
    /**
     * The namespace that the release is installed in. Default: spec.defaults.namespace of headway.yaml; there is no default beyond that.
     */
    namespace?: string;
    /**
     * Labels of the release: -l SELECTOR picks releases by them.
     */
    labels?: {
      [k: string]: string;
    };
    /**
     * For your own use; Headway does not read them.
     */
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What is installed and how.
   */
  spec: {
    /**
     * The chart: a folder, as ./chart or ../charts/orders, relative to the file that declares it and inside the git repository; or ALIAS/NAME of a repository in headway.yaml; or oci://HOST/PATH/NAME; or the https:// address of a packaged chart (.tgz).
     */
    chart: string;
    /**
     * The versions of the chart that will do, in Helm's range syntax. A folder's version is the one in its Chart.yaml; it has to fit.
     */
    version?: string;
    /**
     * Releases that must be healthy before this one starts: NAME (same namespace), NAMESPACE/NAME, or a mapping with name, namespace and readyExpr.
     *
     * Items: NAME (same namespace) or NAMESPACE/NAME of another release of the stack, or a mapping with a condition.
     */
    dependsOn?: (
      | string
      | {
          /**
           * The other release's metadata.name.
           */
          name: string;
          /**
           * The other release's namespace. Default: the same one.
           */
          namespace?: string;
          /**
           * A CEL expression over `dep` and `self` that must be true, besides the dependency's health, before this release starts.
           */
          readyExpr?: string;
        }
    )[];
    /**
     * One of spec.phases of headway.yaml: the release waits for every release of the earlier phases. A release without a phase waits for its own dependsOn only.
     */
    phase?: string;
    /**
     * The chart's values. Helm sees them exactly as `helm -f` would read the same text.
     */
    values?: {
      [k: string]: unknown;
    } | null;
    /**
     * YAML files of values, below valuesFrom and values, the last one strongest. Paths are relative to the file that declares the release and stay inside the git repository. Files encrypted with SOPS are decrypted in memory.
     *
     * Items: A path relative to the file that declares the release.
     */
    valuesFiles?: string[];
    /**
     * Values from Secrets and ConfigMaps of the cluster, above valuesFiles and below values, the last one strongest.
     */
    valuesFrom?: ValuesReference[];
    /**
     * The release's name in Helm. Default: metadata.name.
     */
    releaseName?: string;
    /**
     * Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true.
     */
    createNamespace?: boolean;
    /**
     * How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m.
     */
    timeout?: string;
    failFast?: FailFast;
    /**
     * What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled.
     */
    onFailure?: "rollback" | "keep" | "uninstall";
    /**
     * Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0.
     */
    retries?: number;
    /**
     * Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always.
     */
    waitWith?: "auto" | "headway" | "helm";
    /**
     * Health of custom resources beyond the built-in rules.
     */
    health?: HealthRule[];
    /**
     * How long the release must stay healthy without a break before it counts as healthy. Default 0s.
     */
    stableFor?: string;
    /**
     * True: `helm test` is part of readiness; a failed test is a failed health check. Default false.
     */
    test?: boolean;
    /**
     * What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing.
     */
    crds?: "skip" | "create" | "upgrade";
    /**
     * What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words.
     */
    fieldConflicts?: "take" | "fail";
    driftDetection?: DriftDetection;
    /**
     * Revisions that Helm keeps; a rollback needs at least two. Default 10.
     */
    maxHistory?: number;
    /**
     * Objects that exist once the release is ready though its manifest does not have them, because an operator or a person makes them: Secret/orders-db, Service/orders-db-rw, CustomResourceDefinition/topics.example.com. Foresight believes it.
     *
     * Items: KIND/NAME (same namespace) or KIND/NAMESPACE/NAME; * in the name stands for any text.
     */
    provides?: string[];
    foresight?: ReleaseForesight;
    /**
     * Neither pruned nor destroyed without --include-protected, and neither is what it depends on. Default false.
     */
    protect?: boolean;
    /**
     * The ServiceAccount of the release's own namespace as which everything is done for it, helm's hooks and lookups included. By default whoever runs Headway, or the StackSync's account.
     */
    serviceAccountName?: string;
    /**
     * Leave the release alone. Releases that depend on it count it as ready while it is healthy. Default false.
     */
    suspend?: boolean;
  };
}
/**
 * One Secret or ConfigMap of the release's namespace.
 */
export interface ValuesReference {
  /**
   * What holds the values.
   */
  kind: "Secret" | "ConfigMap";
  /**
   * The object's name, in the release's namespace.
   */
  name: string;
  /**
   * The key in its data. Default: values.yaml.
   */
  valuesKey?: string;
  /**
   * Where the key's content goes as one string, as in db.password or list[0].name. Without it the content is YAML values of its own.
   */
  targetPath?: string;
  /**
   * True: no values where the object or its key is absent. Default false: the release waits for it.
   */
  optional?: boolean;
}
/**
 * How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.
 */
export interface FailFast {
  /**
   * How long an image may fail to be pulled. Default 60s.
   */
  imagePull?: string;
  /**
   * How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s.
   */
  config?: string;
  /**
   * How much a container may crash.
   */
  crashLoop?: {
    /**
     * Restarts that are tolerated. Default 3.
     */
    restarts?: number;
    /**
     * How long a container may be in CrashLoopBackOff after that many restarts. Default 60s.
     */
    for?: string;
  };
}
/**
 * When objects of one kind are ready or failed.
 */
export interface HealthRule {
  /**
   * The objects' apiVersion, as in cert-manager.io/v1.
   */
  apiVersion: string;
  /**
   * The objects' kind.
   */
  kind: string;
  /**
   * A CEL expression over the object's fields (metadata, spec, status, …; self is the whole object): true where it is ready.
   */
  ready?: string;
  /**
   * A CEL expression that is true where the object has failed and will not heal.
   */
  failed?: string;
}
/**
 * What becomes of objects that are no longer as helm applied them.
 */
export interface DriftDetection {
  /**
   * enabled: apply corrects drift, unless --drift says otherwise. warn: it is shown and never corrected. disabled: nobody looks. Default: what --drift says, and without it a warning.
   */
  mode?: "enabled" | "warn" | "disabled";
  /**
   * Fields that somebody else is meant to change.
   */
  ignore?: DriftIgnoreRule[];
}
/**
 * Fields that are no drift.
 */
export interface DriftIgnoreRule {
  /**
   * Fields, as JSON pointers.
   *
   * @minItems 1
   *
   * Items: A JSON pointer into the object as the manifest has it, as in /spec/replicas; what is below it is left out, too. An empty one is the whole object.
   */
  paths: [string, ...string[]];
  target?: DriftTarget;
}
/**
 * The objects that the rule is about; all of the release where it is left out.
 */
export interface DriftTarget {
  /**
   * The API group, as in apps; empty for that of v1.
   */
  group?: string;
  /**
   * The API version, as in v1.
   */
  version?: string;
  /**
   * The kind, as in Deployment.
   */
  kind?: string;
  /**
   * The object's name.
   */
  name?: string;
  /**
   * The object's namespace.
   */
  namespace?: string;
  /**
   * Labels of the object in the manifest, as for kubectl -l.
   */
  labelSelector?: string;
}
/**
 * What foresight is not to speak of.
 */
export interface ReleaseForesight {
  /**
   * Findings that are left out.
   */
  ignore?: ForesightIgnore[];
}
/**
 * One thing that is missed for a reason.
 */
export interface ForesightIgnore {
  /**
   * The needed object, as in Secret/orders-db or Service/data/postgres, the release that need not be waited for, as in data/postgres, or the value, as in Values/db.password.
   */
  what: string;
  /**
   * Why it is no mistake, for those who read the declaration.
   */
  reason: string;
}

/**
 * A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters.
 */
export type Namespace = string;

/**
 * A stack of Helm releases: headway.yaml at the root of the folder that declares them.
 */
export interface Stack {
  /**
   * The version of this format.
   */
  apiVersion: "headway.dev/v1";
  /**
   * What this document declares.
   */
  kind: "Stack";
  /**
   * Names the stack.
   */
  metadata: {
    /**
     * The stack's name: the releases it installs are marked as its own by this name.
     */
    name: string;
    /**
     * For your own use; Headway does not read them.
     */
    labels?: {
      [k: string]: string;
    };
    /**
     * For your own use; Headway does not read them.
     */
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What holds for all releases of the stack.
   */
  spec?: {
    /**
     * Which files declare releases, as in releases/** /*.yaml. Default: every YAML file below this one, except charts, values files and hidden folders. With this field, a file that matches and holds something else is an error.
     *
     * @minItems 1
     *
     * Items: A path with *, ?, ** and {a,b}, relative to this file.
     */
    releases?: [string, ...string[]];
    /**
     * Where charts named ALIAS/NAME come from, by alias.
     */
    repositories?: {
      [k: string]: ChartRepository;
    };
    /**
     * Values below every release's own.
     */
    values?: {
      [k: string]: unknown;
    } | null;
    /**
     * Names of phases, the first one first. A release of a phase waits for every release of the earlier phases.
     *
     * Items: A phase's name.
     */
    phases?: string[];
    /**
     * dependencies (default): a release starts when its own dependencies are healthy. waves: no release of wave N+1 starts before all of wave N are healthy.
     */
    order?: "dependencies" | "waves";
    /**
     * What the failure of one release means to the others. continue (default): what does not depend on it goes on. stop: nothing starts any more, and what is under way comes to its end. rollbackStack: nothing starts any more, and all that this run has changed goes back to what it was before the run, dependents first; what this run installed is uninstalled, but a failed first install is kept. rollbackRelated: the same for what the failed release depends on, what depends on it, and what depends on any of these; the rest goes on.
     */
    onFailure?: "continue" | "stop" | "rollbackRelated" | "rollbackStack";
    /**
     * The one cluster that this stack is for; commands that read or change another one refuse.
     */
    cluster?: {
      /**
       * The UID of its namespace kube-system: kubectl get namespace kube-system -o jsonpath={.metadata.uid}. A re-created cluster has another one.
       */
      uid: string;
    };
    /**
     * Whether apply uninstalls releases that this stack owns and no longer declares, dependents first, once everything declared is ready. Default false: they stay, and every plan names them.
     */
    prune?: boolean;
    /**
     * How many releases one run may prune; more of them need --yes-prune, or the run does not begin. Default 3.
     */
    maxPrune?: number;
    /**
     * What becomes of missing dependencies and mistakes in values that validate and plan find in the charts. warn (default): they are shown. enforce: they are errors. off: nobody looks.
     */
    foresight?: "warn" | "enforce" | "off";
    /**
     * What holds for each release that does not say otherwise itself.
     */
    defaults?: {
      namespace?: Namespace;
      /**
       * Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true.
       */
      createNamespace?: boolean;
      /**
       * How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m.
       */
      timeout?: string;
      failFast?: FailFast;
      /**
       * What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled.
       */
      onFailure?: "rollback" | "keep" | "uninstall";
      /**
       * Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0.
       */
      retries?: number;
      /**
       * Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always.
       */
      waitWith?: "auto" | "headway" | "helm";
      /**
       * What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing.
       */
      crds?: "skip" | "create" | "upgrade";
      /**
       * What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words.
       */
      fieldConflicts?: "take" | "fail";
      driftDetection?: DriftDetection;
      /**
       * Revisions that Helm keeps; a rollback needs at least two. Default 10.
       */
      maxHistory?: number;
      /**
       * How long a release must stay healthy without a break before it counts as healthy. Default 0s.
       */
      stableFor?: string;
      /**
       * The ServiceAccount of the release's own namespace as which everything is done for it, helm's hooks and lookups included. By default whoever runs Headway, or the StackSync's account.
       */
      serviceAccountName?: string;
      /**
       * Neither pruned nor destroyed without --include-protected. Default false.
       */
      protect?: boolean;
    };
  };
}
/**
 * One repository of charts.
 */
export interface ChartRepository {
  /**
   * A folder (./charts-index) relative to this file and inside the git repository, an https:// chart repository, or an oci:// registry path.
   */
  url: string;
  /**
   * A Secret in Headway's system namespace with username and password, or .dockerconfigjson, and ca.crt where the server's authority is a private one.
   */
  secretRef?: string;
}

/**
 * What a repository of charts holds: ALIAS.yaml in the repository's folder, or in charts-index/ beside headway.yaml. Written by `headway index`.
 */
export interface ChartIndex {
  /**
   * The version of this format.
   */
  apiVersion: "headway.dev/v1";
  /**
   * What this document is.
   */
  kind: "ChartIndex";
  /**
   * Each chart's versions by its name, newest first.
   */
  charts: {
    /**
     * @minItems 1
     */
    [k: string]: [IndexedVersion, ...IndexedVersion[]];
  };
}
/**
 * One version of one chart.
 */
export interface IndexedVersion {
  /**
   * The chart's version.
   */
  version: string;
  /**
   * The version of what the chart installs.
   */
  appVersion?: string;
  /**
   * sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies.
   */
  digest: string;
  /**
   * https://….tgz, oci://HOST/PATH/NAME, or a path of a chart's folder or archive relative to this file.
   */
  url: string;
  /**
   * What the chart depends on, as its Chart.yaml says.
   */
  dependencies?: IndexedDependency[];
}
export interface IndexedDependency {
  /**
   * The dependency's name.
   */
  name: string;
  /**
   * A range of versions; empty for any.
   */
  version: string;
  /**
   * Where it comes from; empty where it is vendored.
   */
  repository: string;
}

/**
 * The chart's exact version.
 */
export type Version = string;
/**
 * sha256: over a packaged chart's bytes; tree-sha256: over a chart's folder with its dependencies.
 */
export type Digest = string;
/**
 * Where a server has it; {version} stands for the version.
 */
export type Url = string;

/**
 * headway.lock beside headway.yaml: the exact chart of every release. Written by `headway lock`.
 */
export interface Lock {
  /**
   * The version of this format.
   */
  apiVersion: "headway.dev/v1";
  /**
   * What this document is.
   */
  kind: "Lock";
  /**
   * What each release uses, by NAMESPACE/NAME.
   */
  releases: {
    [k: string]: LockedRelease;
  };
  /**
   * What charts in folders use of headway.yaml's repositories, by `ALIAS/NAME RANGE`.
   */
  dependencies?: {
    [k: string]: LockedDependency;
  };
}
export interface LockedRelease {
  /**
   * The chart as the release's declaration names it.
   */
  chart: string;
  version: Version;
  digest: Digest;
  url?: Url;
}
export interface LockedDependency {
  version: Version;
  digest: Digest;
  url?: Url;
}

/**
 * What the agent in the cluster keeps true: one stack, from one folder of one git repository.
 */
export interface StackSync {
  apiVersion: "headway.dev/v1";
  kind: "StackSync";
  /**
   * The object's own, as Kubernetes has it.
   */
  metadata: {
    [k: string]: unknown;
  };
  spec: {
    /**
     * Where the stack's declarations are. secretRef holds username and password, or bearerToken, and ca.crt for https; identity and known_hosts for ssh.
     */
    source: {
      /**
       * The repository: https://HOST/PATH, ssh://[USER@]HOST/PATH or USER@HOST:PATH. Credentials stand in secretRef, never here.
       */
      url: string;
      /**
       * What is followed: one of branch, tag and commit; the branch main by default.
       */
      ref?: {
        branch?: string;
        tag?: string;
        commit?: string;
      };
      /**
       * The stack's folder below the repository's root; the root by default.
       */
      path?: string;
      /**
       * How often the repository is asked for a newer commit, a Go duration from 5s to 24h; 1m by default.
       */
      interval?: string;
      /**
       * Whether a branch or tag that was moved back, or to other history, is followed. refuse waits for a person's headway.dev/accept-commit, and is the default with verify; allow is the default else. Unrelated history always waits.
       */
      rewind?: "allow" | "refuse";
      secretRef?: SecretRef;
      /**
       * Only a commit signed by a key of secretRef is used: each of its keys ending in .asc is an OpenPGP public key, each ending in .pub an SSH public key.
       */
      verify?: {
        secretRef: SecretRef;
      };
    };
    /**
     * Lets a git server tell of pushes, at /hooks/github/NAMESPACE/NAME, /hooks/gitlab/NAMESPACE/NAME or /hooks/generic/NAMESPACE/NAME; the key token of secretRef is what deliveries are signed with.
     */
    webhook?: {
      secretRef: SecretRef;
    };
    /**
     * Who is told of the ends of runs: one message for each run that did something or has somebody else to blame, root causes alone.
     *
     * @maxItems 8
     *
     * Items: One of slack and webhook.
     */
    notify?: {
      /**
       * A channel of Slack, or of what takes the same messages; the key url of secretRef is the address of an incoming webhook.
       */
      slack?: {
        secretRef: SecretRef;
      };
      /**
       * A server of your own; the key token of secretRef is what messages are signed with.
       */
      webhook?: {
        /**
         * https://HOST/PATH, without credentials.
         */
        url: string;
        secretRef: SecretRef;
      };
    }[];
    /**
     * Says beside each commit how its stack stands, as headway/CLUSTER/STACK; the key token of secretRef may write commit statuses.
     */
    commitStatus?: {
      provider: "github" | "gitlab";
      /**
       * The API's address where it does not follow from the repository's: https://git.example.com/api/v3.
       */
      apiUrl?: string;
      secretRef: SecretRef;
    };
    /**
     * True: nothing is fetched and nothing changed until it is false again.
     */
    suspend?: boolean;
    /**
     * The ServiceAccount of the StackSync's namespace as which everything of the stack's releases is done, helm's hooks and lookups included.
     */
    serviceAccountName?: string;
    /**
     * What becomes of the releases when the StackSync is deleted: they stay.
     */
    deletionPolicy?: "orphan";
  };
  /**
   * What the agent says of it.
   */
  status?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A Secret in the StackSync's own namespace.
 */
export interface SecretRef {
  name: string;
}
