// What health rules may ask of the world: a picture of objects that somebody else keeps up to date.
import type { KubernetesObject, ObjectRef } from "../object.ts";

/** What the API's discovery says of a kind. */
export type KindFacts = {
  readonly namespaced: boolean;
  /** True where the kind has a status subresource, so a controller can be expected to write one. */
  readonly hasStatus: boolean;
  /** True for kinds defined by a CustomResourceDefinition. */
  readonly custom: boolean;
};

export type World = {
  /**
   * The object as last seen; undefined where it is not there. A StorageClass may be asked for too: a world that does not
   * follow them answers undefined, and a claim's verdict then takes a grace longer.
   */
  get(ref: ObjectRef): KubernetesObject | undefined;
  /** Objects of `kind` whose controlling owner has this uid. Only Pod and ReplicaSet are followed. */
  controlledBy(ownerUid: string, kind: "Pod" | "ReplicaSet"): readonly KubernetesObject[];
  kindFacts(apiVersion: string, kind: string): KindFacts | undefined;
};
