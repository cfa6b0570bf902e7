import { mutantsOf } from '../mutant.ts';
import type { Mutant } from '../mutant.ts';

/** Mistakes in what accesses cost and how programs get on; D stands for sections of the design. */
export const COST_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('D2.3', 'cost/load-curve.ts', [
    ['queue', 'the part that grows with r/(1−r)', '(queuePermille * r) / (1 - r)', 'queuePermille * r'],
    ['closed', 'demand is what idle latency would bring', '= r * highest', '= r'],
    ['peak', 'no more than the peak', 'Math.max(this.#factors[last]!, demand)', 'this.#factors[last]!'],
  ]),
  ...mutantsOf('D2.3', 'cost/memory-traffic.ts', [
    [
      'demand',
      'traffic that was held back is asked for',
      '(tickNs * this.#bytesPerNs)) * this.factor',
      '(tickNs * this.#bytesPerNs))',
    ],
    ['smooth', 'a change shows by a quarter', 'const SMOOTHING = 1 / 4', 'const SMOOTHING = 1 / 2'],
    ['link', 'links are between sockets', 'if (here === there) return;', ''],
    [
      'direction',
      'reads come from the memory',
      'this.#links[there]![here]!.add(bytes.read)',
      'this.#links[here]![there]!.add(bytes.read)',
    ],
    ['remote', 'remote accesses cause more traffic', 'both * remoteTraffic', 'both'],
    [
      'worse',
      'the more loaded of memory and link',
      'Math.max(this.#nodes[memoryNode]!.factor, link.factor)',
      'this.#nodes[memoryNode]!.factor * link.factor',
    ],
  ]),
  ...mutantsOf('D2.3', 'machine/memory-system.ts', [
    ['socket', 'less than 16 apart', 'const SAME_SOCKET = 15', 'const SAME_SOCKET = 16'],
    [
      'hops',
      'further than the nearest sockets',
      'distances[a]![b]! > oneLink',
      'distances[a]![b]! >= oneLink',
    ],
    ['cxl', 'CXL of another socket', 'return cxlNs + remoteNs - localNs', 'return cxlNs'],
  ]),
  ...mutantsOf('D2.2', 'memory/placement.ts', [
    [
      'stride',
      'only pages of the stride',
      'Math.ceil((low - offset) / stride)',
      'Math.floor((low - offset) / stride)',
    ],
  ]),
  ...mutantsOf('D2.2', 'memory/memory-object.ts', [
    ['leave', 'a page that moves leaves its node', 'this.#recount(start, pages, node, -1);', ''],
    [
      'blocks',
      'a folio may reach into two blocks',
      'const last = Math.floor((start + pages - 1) / HUGE_PAGES);',
      'const last = Math.floor(start / HUGE_PAGES);',
    ],
  ]),
  ...mutantsOf('D2.2', 'access/attach-program.ts', [
    ['weights', 'Zipf: by weight', "if (spec.pattern !== 'Zipf') return", 'return'],
  ]),
  ...mutantsOf('D2.2', 'access/program.ts', [
    [
      'open-loop',
      'slower memory takes from progress',
      'Math.max(0, 1 - idleNs)',
      'Math.max(0, 1 - touchingNs)',
    ],
    ['write', 'a write is read and written back', '(read * stream.writePercent) / 100', '0'],
    ['startup', 'the kernel’s part is progress too', 'this.usage.progressNs += system;', ''],
    ['exact', 'no more than the work', 'Math.min(possible, this.#left / rate)', 'possible'],
    [
      'due',
      'done when its last touch is made',
      'this.#step >= this.#looped.length - 1 && !this.#isDue()',
      'this.#step >= this.#looped.length - 1',
    ],
  ]),
  ...mutantsOf('D2.2', 'process.ts', [
    ['usage', 'what ended threads used is kept', 'if (job) addUsage(', 'if (job && task.pid < 0) addUsage('],
  ]),
  ...mutantsOf('D2.2', 'job.ts', [
    [
      'runs',
      'as many runs as asked for',
      'job.runsDone >= (job.spec.runs ?? 1)',
      'job.runsDone > (job.spec.runs ?? 1)',
    ],
  ]),
  ...mutantsOf('D2.2', 'sched/scheduler.ts', [
    ['end', 'ends within a tick', 'state.now = queue.clock;\n        finishThread', 'finishThread'],
  ]),
];
