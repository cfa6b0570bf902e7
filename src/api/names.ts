/**
 * Every name numasim puts into the Kubernetes API, once: group, labels, annotations, field manager, condition types
 * and reasons. What is written here is a contract with users' scripts and `kubectl wait`.
 */

/** API group of all four kinds. */
export const apiGroup = 'numasim.dev';

/** The only version served. */
export const apiVersionName = 'v1alpha1';

/** `apiVersion` of every object of ours. */
export const apiVersion = `${apiGroup}/${apiVersionName}` as const;

/** `kubectl get numasim` lists all four kinds. */
export const category = 'numasim';

/** Owner of the fields numasim writes by server-side apply. */
export const fieldManager = 'numasim';

/** Labels numasim sets on objects it creates. */
export const labels = {
  /** On a SimulatedNode: the Kubernetes node it simulates. */
  node: `${apiGroup}/node`,
  /** On a SimulatedNode: the shard (integer as text) whose holder simulates the node. */
  shard: `${apiGroup}/shard`,
  /** The usual label; its value is always `numasim`. */
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Annotations numasim reads or sets. */
export const annotations = {
  /** On a SimulatedNode, set by numasim: reminds every reader that its numbers are simulated. Always `true`. */
  simulated: `${apiGroup}/simulated`,
} as const;

/** Condition types, as `kubectl wait --for=condition=<type>` takes them. */
export const conditionTypes = {
  /** The object is in effect as written. True or False for good; Unknown before the first look at it. */
  ready: 'Ready',
  /** Present and True while the operator is still carrying the object out. Absent otherwise. */
  reconciling: 'Reconciling',
  /** Present and True while nothing can go on until a person changes something. Absent otherwise. */
  stalled: 'Stalled',
  /** Present and True while at least one object that this one selects is decided by a stronger one. */
  overridden: 'Overridden',
  /** Present and True while a field is set that has no behaviour in this version; the message lists them. */
  notImplemented: 'NotImplemented',
} as const;

/** One of numasim's condition types. */
export type ConditionType = (typeof conditionTypes)[keyof typeof conditionTypes];

/** Reasons of the conditions above. */
export const conditionReasons = {
  /** Ready: every matched container has the state that the object asks for. */
  applied: 'Applied',
  /** Ready: nothing matches the selector; that is not an error. */
  nothingMatched: 'NothingMatched',
  /** Ready, Reconciling: matched objects exist that are not simulated yet (pod without node, node starting). */
  pending: 'Pending',
  /** Reconciling: the operator saw a change and is carrying it out. */
  progressing: 'Progressing',
  /** Overridden (and Ready, when nothing is left): a stronger object decides; the message names it. */
  strongerObject: 'StrongerObject',
  /** Ready, Stalled: the simulated kernel refused a value, as a real kernel would; the message has its errno. */
  kernelRefused: 'KernelRefused',
  /** Ready, Stalled: the topology contradicts itself or the node (a CPU in two nodes, a missing object). */
  invalidTopology: 'InvalidTopology',
  /** NotImplemented: the message lists field and what happens instead. */
  fieldsWithoutBehaviour: 'FieldsWithoutBehaviour',
  /** Ready of a SimulatedNode: its simulated kernel runs. */
  running: 'Running',
  /** Ready of a SimulatedNode: speed is 0. */
  paused: 'Paused',
  /** Ready of a SimulatedNode: no replica simulates it at the moment. */
  notSimulated: 'NotSimulated',
} as const;

/** One of numasim's condition reasons. */
export type ConditionReason = (typeof conditionReasons)[keyof typeof conditionReasons];
