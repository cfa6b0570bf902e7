/** A rule of the reference that decided something. */
export interface Rule {
  /** Section of the reference. */
  readonly ref: string;
  /** What it says, as a sentence without its subject's numbers. */
  readonly text: string;
}

const rule = (ref: string, text: string): Rule => ({ ref, text });

/** Why a page that was touched while marked moved or stayed. */
export const PAGE_RULES = {
  policyStays: rule('9.1', 'its memory policy does not move pages on faults'),
  taskOnly: rule('17.7', 'interleaved memory: the task may move, the page may not'),
  sentinelAsNode: rule('17.7 D2', 'as posted, "task only" on a huge page is taken for node 1'),
  sentinelMistaken: rule('17.7 D1', 'as posted, the target node 1 is taken for "task only"'),
  alreadyLocal: rule('9.1', "it is on the CPU's node already"),
  outsidePolicy: rule('9.1', "the CPU's node is not among its memory policy's"),
  atTarget: rule('9.1', 'it is where its memory policy wants it'),
  policyTarget: rule('9.1', 'its memory policy wants it on another node'),
  noMemory: rule('9.2 step 0', "the CPU's node has no memory"),
  plentyOfRoom: rule('16.3', 'the fast node has plenty of room'),
  notHot: rule('16.3', 'the touch came too long after the mark'),
  rateLimited: rule('16.3', "this second's promotions are used up"),
  hot: rule('16.3', 'the touch came soon after the mark'),
  staleStamp: rule('9.2 step 3', 'it was never touched under this mode, so nobody counts as the last'),
  early: rule('9.2 step 4', 'early in life the first touch moves it'),
  otherNode: rule('9.2 step 5', 'two faults in a row must come from one node'),
  notSpread: rule(
    '9.2 step 5',
    "no other node touched it last, and this kernel does not spread a group's memory",
  ),
  private: rule('9.2 step 6', 'the same thread touched it twice in a row'),
  ungrouped: rule('9.2 step 7', 'two faults in a row came from this node, by threads of no group'),
  mostlyHere: rule('9.2 step 8', 'the group runs on this node three times as much'),
  balanced: rule('9.2 step 9', "the group's memory is spread less than its CPU use"),
  unbalanced: rule('9.2 step 9', "the group's memory is spread as its CPU use is"),
  sharedText: rule('10.1 row 1', 'it is program text that several processes map'),
  offLru: rule('10.1 row 4', 'it cannot be isolated: it waits in a per-CPU batch of new pages'),
  noRoom: rule('10.1 row 3', 'the target node is nearly full'),
  noBlock: rule('10.2', 'the target node has no free page for it'),
} as const;

/** Why a task's tick queued a scan or not, and why a queued scan ran or not. */
export const SCAN_RULES = {
  gateAtTick: rule('17.3', 'the switch of its cgroup is off (asked in the tick)'),
  gateAtScan: rule('17.3', 'the switch of its cgroup is off (asked in the scan)'),
  oneMemoryNode: rule('6.2', 'it may use the memory of one node only'),
  tooLittleRuntime: rule('6.1', 'it has not run for a scan period since the last chance'),
  notDue: rule('6.1', 'another scan of this address space was too short a time ago'),
  claimed: rule('6.2', 'another thread has claimed this interval'),
  due: rule('6.1', 'a scan is due'),
  begun: rule('6.2', 'it scans'),
} as const;

/** Why a scan passed a mapping by, or what it marked of it. The names of the first six are the kernel trace's. */
export const MAPPING_RULES = {
  unsuitable: rule('7.3 rule 1', 'its memory policy is not balanced, or it is no ordinary memory'),
  'shared-ro': rule('7.3 rule 2', 'it is a read-only file'),
  inaccessible: rule('7.3 rule 3', 'it has no access rights'),
  'scan-delay': rule('7.3 rule 4', 'it is too new'),
  'seq-completed': rule('7.3 rule 5', 'this pass is done with it'),
  'pid-inactive': rule('7.3 rule 6', 'this thread did not touch it lately'),
  copyOnWrite: rule('7.4 c', 'it is private memory that several processes map'),
  marked: rule('7.4', 'the pages that are present are marked, but for those that are left alone'),
} as const;

/** Why a task moved to its preferred node, swapped, or stayed; and why a CPU was passed by in the search. */
export const TASK_RULES = {
  modeOff: rule('11.2', 'balancing is off: what is still marked faults, and counts for nothing'),
  gateAtFault: rule('17.3', 'the switch of its cgroup is off: the fault counts for nothing'),
  slowTier: rule('11.2', 'faults on pages that stay in slow memory are not counted'),
  noPreferred: rule('14.1', 'it prefers no node yet'),
  atPreferred: rule('14.1', 'it runs on the node it prefers'),
  nothingFound: rule('14.3', 'no CPU and no partner was found'),
  notAllowed: rule('14.6', 'affinity forbids what was found'),
  moved: rule('14.6', 'it goes to the CPU that was found'),
  swapped: rule('14.6', 'it changes places with the partner that was found'),
  locked: rule('14.5 step 1', 'another search has claimed the CPU'),
  emptyNoMove: rule('14.5 step 3', 'nobody to swap with, and a move would unbalance the nodes'),
  emptyNotBetter: rule('14.5 step 3', 'a move there gains less than what was found'),
  partnerAffinity: rule('14.5 step 4', 'the partner may not run on the source CPU'),
  partnerStays: rule(
    '14.5 step 5',
    'the best partner so far wants to leave for the source node, this one does not',
  ),
  spareCapacity: rule('14.5 step 6', 'the node has spare capacity, so nothing is swapped within a group'),
  smallGain: rule('14.5 step 9', 'the swap gains too little'),
  unbalances: rule('14.5 step 10', 'the swap would unbalance the nodes'),
} as const;
