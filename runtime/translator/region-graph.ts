/**
 * The control flow of one region: a function with the small functions that it calls copied into it, as nodes of straight-line
 * code. A copy's return goes back to where it was called from, once it is seen that the guest means to go there.
 */
import type { JumpTable } from "./jump-tables.ts";
import { contains, type FunctionSummary, type GuestFunction, type Program } from "./program.ts";
import type { GuestInstruction } from "./registers.ts";
import type { Transfer } from "./transfer.ts";

/** Where a piece of the region's code comes from: the function itself, or a copy of another for one call. */
export interface Copy {
  readonly of: GuestFunction;
  readonly summary: FunctionSummary;
  /** null for the function itself. */
  readonly returnsTo: { readonly pc: number; readonly node: RegionNode; readonly copy: Copy } | null;
  readonly depth: number;
}

export type NodeEnd =
  | { readonly kind: "goto"; readonly to: RegionNode }
  /** The last instruction is the branch. */
  | { readonly kind: "branch"; readonly taken: RegionNode; readonly next: RegionNode }
  /** The last instruction jumps by the table. */
  | { readonly kind: "switch"; readonly table: JumpTable; readonly landings: ReadonlyMap<number, RegionNode> }
  /** The last instruction calls; `to` is reached when it comes back to `returnPc`. A tail call of a copy is one as well. */
  | { readonly kind: "call"; readonly target: number; readonly returnPc: number; readonly to: RegionNode }
  | { readonly kind: "indirectCall"; readonly returnPc: number; readonly to: RegionNode }
  /** The call is followed by the copy of the function. */
  | { readonly kind: "enter"; readonly target: number; readonly to: RegionNode }
  /** `to`: of a copy, when the register holds `returnPc`. */
  | {
      readonly kind: "return";
      readonly register: number;
      readonly back: { readonly pc: number; readonly to: RegionNode } | null;
    }
  | { readonly kind: "indirectJump" }
  /** Out of the region, to code that is entered there. */
  | { readonly kind: "tailCall"; readonly target: number }
  /** To `pc`, where another region of the same function is entered. */
  | { readonly kind: "goOn"; readonly pc: number }
  /** The instruction at `pc`, which is not part of the node, is executed by the interpreter; null: control goes elsewhere. */
  | { readonly kind: "request"; readonly pc: number; readonly to: RegionNode | null }
  /** The instruction at `pc`, which is not part of the node, is the interpreter's. */
  | { readonly kind: "leave"; readonly pc: number }
  /** Goes on when the switch really leads to `pc`. */
  | { readonly kind: "landing"; readonly pc: number; readonly to: RegionNode };

export interface RegionNode {
  readonly id: number;
  readonly pc: number;
  readonly copy: Copy;
  /** Addresses of its instructions. */
  readonly instructions: readonly number[];
  /** The instructions themselves. */
  readonly code: readonly GuestInstruction[];
  /** Set once the graph is built. */
  end: NodeEnd;
}

export interface RegionGraph {
  readonly function: GuestFunction;
  readonly nodes: readonly RegionNode[];
  /** Nodes of the function itself that control comes to from elsewhere; the first is its start. */
  readonly entries: readonly RegionNode[];
  /** Nodes of the function itself that follow its calls: those that call, and those whose function is copied. */
  readonly returnSites: readonly RegionNode[];
  readonly copyReturnSites: readonly RegionNode[];
}

/** In instructions. */
export const LONGEST_NODE = 200;

/**
 * How far copying goes: functions of so many instructions, with calls of their own (`calling`) or without (`leaf`), so deep, and in
 * all so many instructions, as many as the function's own times `factor`. Large programs gain little, and take long to compile.
 * `entered`: behind a copy the function can be entered. Every entry is more to compile; without, a guest that was stopped in the
 * copy is stepped to the next one.
 */
const COPY = {
  small: { calling: 12, leaf: 48, depth: 3, total: 600, factor: 3, entered: true },
  large: { calling: 0, leaf: 16, depth: 1, total: 100, factor: 1, entered: false },
} as const;
export const LARGE_CODE_BYTES = 128 * 1024;

/** Exits name their pc relative to the region's start (exits.ts). */
const FARTHEST_COPY = 2 ** 19;

export const buildRegionGraph = (program: Program, root: GuestFunction): RegionGraph =>
  new GraphBuilder(program, root).build();

const UNSET: NodeEnd = { kind: "indirectJump" };

class GraphBuilder {
  readonly #program: Program;
  readonly #root: Copy;
  readonly #nodes: RegionNode[] = [];
  readonly #known = new Map<Copy, Map<number, RegionNode>>();
  readonly #pending: RegionNode[] = [];
  readonly #entries = new Set<RegionNode>();
  readonly #returnSites = new Set<RegionNode>();
  readonly #copyReturnSites = new Set<RegionNode>();
  readonly #limits: (typeof COPY)[keyof typeof COPY];
  #room: number;

  constructor(program: Program, root: GuestFunction) {
    this.#program = program;
    const summary = program.summary(root);
    this.#root = { of: root, summary, returnsTo: null, depth: 0 };
    const { start, end } = program.image.snapshot;
    this.#limits = end - start > LARGE_CODE_BYTES ? COPY.large : COPY.small;
    const { total, factor } = this.#limits;
    this.#room = Math.min(total, 100 + factor * summary.instructions.length);
  }

  build(): RegionGraph {
    const { start, jumpedTo } = this.#root.of;
    for (const pc of [start, ...jumpedTo]) this.#entries.add(this.#at(this.#root, pc));
    for (let node = this.#pending.pop(); node !== undefined; node = this.#pending.pop()) node.end = this.#endOf(node);
    return {
      function: this.#root.of,
      nodes: this.#nodes,
      entries: [...this.#entries],
      returnSites: [...this.#returnSites],
      copyReturnSites: [...this.#copyReturnSites],
    };
  }

  /** The node that begins at `pc`. */
  #at(copy: Copy, pc: number): RegionNode {
    const byPc = this.#known.get(copy) ?? new Map<number, RegionNode>();
    this.#known.set(copy, byPc);
    const known = byPc.get(pc);
    if (known !== undefined) return known;
    const node = this.#create(copy, pc, this.#straightLine(copy, pc));
    byPc.set(pc, node);
    this.#pending.push(node);
    return node;
  }

  #create(copy: Copy, pc: number, instructions: readonly number[], end = UNSET): RegionNode {
    const { image } = this.#program;
    const code = instructions.map((each) => image.at(each)!);
    const node = { id: this.#nodes.length, pc, copy, instructions, code, end };
    this.#nodes.push(node);
    return node;
  }

  /** Up to and with the next transfer of control, but without what only the interpreter does. */
  #straightLine({ summary, of }: Copy, start: number): number[] {
    const { image } = this.#program;
    const pcs: number[] = [];
    for (let pc = start; contains(of, pc) && pcs.length < LONGEST_NODE; ) {
      if (pcs.length > 0 && summary.leaders.has(pc)) break;
      const transfer = summary.transfers.get(pc);
      const expanded = image.at(pc);
      if (expanded === null || (transfer !== undefined && stopsBefore(transfer))) break;
      pcs.push(pc);
      if (transfer !== undefined) break;
      pc += expanded.bytes;
    }
    return pcs;
  }

  #endOf(node: RegionNode): NodeEnd {
    const { copy, instructions } = node;
    const last = instructions.at(-1);
    const next = last === undefined ? node.pc : last + this.#program.image.at(last)!.bytes;
    const transfer = last === undefined ? undefined : copy.summary.transfers.get(last);
    switch (transfer?.kind) {
      case undefined:
        return this.#behind(node, next);
      case "branch":
        return { kind: "branch", taken: this.#target(copy, transfer.target), next: this.#target(copy, next) };
      case "jump":
        return { kind: "goto", to: this.#target(copy, transfer.target) };
      case "call":
        return this.#call(copy, transfer.target, next);
      case "indirectCall":
        return { kind: "indirectCall", returnPc: next, to: this.#returnSite(copy, next, this.#returnSites) };
      case "return": {
        const { register } = transfer;
        const { returnsTo } = copy;
        return { kind: "return", register, back: returnsTo && { pc: returnsTo.pc, to: returnsTo.node } };
      }
      case "indirectJump":
        return this.#switch(copy, last!);
      default:
        throw new Error(`a node ends in ${transfer?.kind}, which no node contains`);
    }
  }

  /** What follows a node that ends without a transfer: the next node, or an instruction for the interpreter. */
  #behind({ copy, pc, instructions }: RegionNode, next: number): NodeEnd {
    const transfer = copy.summary.transfers.get(next);
    const stops = (transfer !== undefined && stopsBefore(transfer)) || this.#program.image.at(next) === null;
    if (!stops || !contains(copy.of, next)) {
      // Guards against an empty node that would follow itself.
      return instructions.length === 0 && next === pc
        ? { kind: "leave", pc }
        : { kind: "goto", to: this.#target(copy, next) };
    }
    if (instructions.length > 0 && copy.summary.leaders.has(next)) return { kind: "goto", to: this.#at(copy, next) };
    if (transfer?.kind === "request")
      return { kind: "request", pc: next, to: transfer.goesOn ? this.#behindSystem(copy, next) : null };
    if (transfer?.kind === "system" && copy === this.#root) this.#behindSystem(copy, next);
    return { kind: "leave", pc: next };
  }

  /** The node behind an instruction that the interpreter executes: it is come to from there, too. */
  #behindSystem(copy: Copy, pc: number): RegionNode {
    const behind = pc + this.#program.image.at(pc)!.bytes;
    const node = this.#target(copy, behind);
    if (copy === this.#root && contains(copy.of, behind)) this.#entries.add(node);
    return node;
  }

  /** A node in the same function, or one that leaves it. */
  #target(copy: Copy, pc: number): RegionNode {
    if (contains(copy.of, pc)) return this.#at(copy, pc);
    const end: NodeEnd =
      copy.returnsTo === null
        ? { kind: "tailCall", target: pc }
        : { kind: "call", target: pc, returnPc: copy.returnsTo.pc, to: copy.returnsTo.node };
    return this.#create(copy, pc, [], end);
  }

  #returnSite(copy: Copy, pc: number, sites: Set<RegionNode>): RegionNode {
    const node = this.#target(copy, pc);
    if (copy === this.#root && contains(copy.of, pc)) sites.add(node);
    return node;
  }

  #call(copy: Copy, target: number, returnPc: number): NodeEnd {
    const callee = this.#program.functionAt(target);
    if (callee === null || !this.#copies(copy, callee)) {
      return { kind: "call", target, returnPc, to: this.#returnSite(copy, returnPc, this.#returnSites) };
    }
    const to = this.#limits.entered
      ? this.#returnSite(copy, returnPc, this.#copyReturnSites)
      : this.#target(copy, returnPc);
    const summary = this.#program.summary(callee);
    this.#room -= summary.instructions.length;
    const inner: Copy = { of: callee, summary, returnsTo: { pc: returnPc, node: to, copy }, depth: copy.depth + 1 };
    return { kind: "enter", target, to: this.#at(inner, target) };
  }

  #copies(into: Copy, callee: GuestFunction): boolean {
    const { instructions, calls } = this.#program.summary(callee);
    const { length } = instructions;
    if (length > this.#room || into.depth >= this.#limits.depth || length === 0) return false;
    if (Math.abs(callee.start - this.#root.of.start) > FARTHEST_COPY) return false;
    for (let copy: Copy | undefined = into; copy !== undefined; copy = copy.returnsTo?.copy) {
      if (copy.of === callee) return false;
    }
    return length <= (calls ? this.#limits.calling : this.#limits.leaf);
  }

  #switch(copy: Copy, jump: number): NodeEnd {
    const table = copy.summary.jumpTables.get(jump);
    if (table === undefined) return { kind: "indirectJump" };
    const landings = new Map<number, RegionNode>();
    for (const pc of table.targets) {
      if (landings.has(pc)) continue;
      landings.set(pc, this.#create(copy, pc, [], { kind: "landing", pc, to: this.#at(copy, pc) }));
    }
    return { kind: "switch", table, landings };
  }
}

/** No node contains such an instruction. */
const stopsBefore = ({ kind }: Transfer): boolean => kind === "request" || kind === "system" || kind === "leave";

/** Where control goes on within the region. */
export const successorsOf = ({ end }: RegionNode): readonly RegionNode[] => {
  switch (end.kind) {
    case "goto":
    case "enter":
    case "call":
    case "indirectCall":
    case "landing":
      return [end.to];
    case "branch":
      return end.taken === end.next ? [end.taken] : [end.taken, end.next];
    case "switch":
      return [...end.landings.values()];
    case "request":
      return end.to === null ? [] : [end.to];
    case "return":
      return end.back === null ? [] : [end.back.to];
    default:
      return [];
  }
};
