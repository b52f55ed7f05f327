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
   * What is installed and how.
   */
  spec: {
    /**
     * The chart: a folder, as ./chart or ../charts/orders, relative to the file that declares it and inside the git repository.
     */
    chart: string;
    /**
     * The versions of the chart that will do, in Helm's range syntax. A folder's version is the one in its Chart.yaml; it has to fit.
     */
    version?: string;
    /**
     * Releases that must be healthy before this one starts: NAME (same namespace) or NAMESPACE/NAME.
     *
     * Items: NAME (same namespace) or NAMESPACE/NAME of another release of the stack.
     */
    dependsOn?: string[];
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
     * What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing.
     */
    crds?: "skip" | "create" | "upgrade";
    /**
     * What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words.
     */
    fieldConflicts?: "take" | "fail";
    /**
     * Revisions that Helm keeps; a rollback needs at least two. Default 10.
     */
    maxHistory?: number;
    /**
     * Leave the release alone. Releases that depend on it count it as ready while it is healthy. Default false.
     */
    suspend?: boolean;
  };
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
      /**
       * Revisions that Helm keeps; a rollback needs at least two. Default 10.
       */
      maxHistory?: number;
    };
  };
}
