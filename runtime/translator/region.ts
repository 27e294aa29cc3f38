/**
 * Translates one function to one WebAssembly function: (entry, budget, depth) → (pc, budget). Control flow is written from the
 * dominator tree, as nested blocks and loops (Ramsey, "Beyond Relooper", ICFP 2022).
 */

import { FLAG } from "../hart/float-rules.ts";
import { MSTATUS } from "../hart/hart.ts";
import { WORD } from "../hart/layout.ts";
import { planBudget } from "./budget-plan.ts";
import { type CheckedRegion, findChecks } from "./checked-ranges.ts";
import type { ChunkContext } from "./chunk.ts";
import { analyzeRegisters, spilledOnWay } from "./dataflow.ts";
import { writeInstruction } from "./effect-code.ts";
import { findEntries, restOf } from "./entries.ts";
import { followChains } from "./float-chain-code.ts";
import { floatUseOf } from "./float-classes.ts";
import type { Flow, Route } from "./flow.ts";
import type { Stretch } from "./memory-plan.ts";
import { writeNodeEnd } from "./node-code.ts";
import { type RegionGraph, type RegionNode, successorsOf } from "./region-graph.ts";
import { LOCAL, RegionWriter } from "./region-writer.ts";
import { ALL_REGISTERS, both, isEmpty, LIGHT_REGISTERS, NO_REGISTERS, type RegisterSet, union } from "./registers.ts";
import { findSkipped } from "./skipped-code.ts";
import type { ValueType } from "./wasm/code.ts";

export interface Region {
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array;
  /** As `WasmFunction.unlikely`. */
  readonly unlikely: readonly number[];
  /** Guest addresses at which it can be entered, by number; the first is the function's start. null: it is not worth it. */
  readonly entries: readonly (number | null)[];
  /** Start and end of the guest code it was made of, pairs. */
  readonly extents: readonly number[];
  /** The graph of the function's other region: see entries.ts. null: there is none. */
  readonly rest: RegionGraph | null;
}

/**
 * What a region may rely on: that "inexact" is raised, so that results may be inexact; or not, so that it must see to it that all
 * are exact. One leads to the other where that is not so.
 */
export type RegionVariant = "inexact" | "exact";

export const translateRegion = (context: ChunkContext, graph: RegionGraph, variant: RegionVariant): Region =>
  new RegionTranslation(context, graph, variant).translate();

/** Fewer instructions before the next one for the interpreter are the interpreter's, too. */
const WORTH_ENTERING = 4;
/** frm in fcsr. */
const ROUNDING_MODE = 0xe0;

export class RegionTranslation implements CheckedRegion {
  readonly context: ChunkContext;
  readonly nodes: readonly RegionNode[];
  readonly flow: Flow;
  readonly writer: RegionWriter;
  /** By node: see skipped-code.ts. */
  readonly skipped: readonly (RegionNode | undefined)[];
  readonly #graph: RegionGraph;
  readonly #entries: readonly RegionNode[];
  readonly #rest: RegionGraph | null;
  /** By vertex: its label, where dispatch vertices may lead to it; the start has 0. */
  readonly #labels = new Map<number, number>();
  /** By vertex: how many blocks and loops were open when the one was opened that leads to it. */
  readonly #blocks: Int32Array;
  readonly #loops: Int32Array;
  /** By vertex: 1 when it needs a block to be jumped to. */
  readonly #merges: Uint8Array;
  /** By node: see budget-plan.ts. */
  readonly #budget: Int32Array;
  /** By node: see checked-ranges.ts. */
  readonly #stretches: readonly (readonly Stretch[])[];
  /** By vertex: those that it dominates directly, in order. */
  readonly #children: number[][];

  constructor(context: ChunkContext, graph: RegionGraph, variant: RegionVariant) {
    this.context = context;
    this.nodes = graph.nodes;
    this.#graph = graph;
    const successors = graph.nodes.map((node) => successorsOf(node).map(({ id }) => id));
    const found = findEntries(graph, successors);
    this.#entries = found.entries;
    this.#rest = found.restEntries.length === 0 ? null : restOf(graph, found);
    this.flow = found.flow;
    this.skipped = findSkipped(graph.nodes, this.flow);
    this.#budget = planBudget(graph.nodes, this.flow, this.skipped);
    this.#stretches = findChecks(this);
    const vertices = this.flow.routes.length;
    this.#blocks = new Int32Array(vertices);
    this.#loops = new Int32Array(vertices);
    this.#merges = new Uint8Array(vertices);
    this.writer = new RegionWriter(context, {
      ...{ start: graph.function.start, variant },
      ...{ registers: analyzeRegisters(this), floats: floatUseOf(graph.nodes) },
    });
    this.#children = this.flow.routes.map(() => []);
  }

  touchedBy({ end }: RegionNode): RegisterSet {
    const { program } = this.context;
    const callee = end.kind === "call" ? program.functionAt(end.target) : null;
    return callee === null ? LIGHT_REGISTERS : program.touched(callee);
  }

  writtenByRequest({ end }: RegionNode): RegisterSet {
    return end.kind === "request" ? this.context.program.image.at(end.pc)!.writes : NO_REGISTERS;
  }

  changedByCall(node: RegionNode): RegisterSet {
    const { end } = node;
    if (end.kind === "request") return this.writtenByRequest(node);
    if (end.kind !== "call" && end.kind !== "indirectCall") return NO_REGISTERS;
    const { program } = this.context;
    const callee = end.kind === "call" ? program.functionAt(end.target) : null;
    return callee === null ? ALL_REGISTERS : program.touched(callee);
  }

  translate(): Region {
    this.#nameLabels();
    this.#findMerges();
    const { writer, flow } = this;
    writer.openExits();
    this.#writeTree(flow.root);
    writer.closeExits();
    return {
      locals: writer.locals,
      body: writer.code.bytes,
      unlikely: writer.code.unlikely,
      entries: this.#entries.map((node) => (isWorthEntering(node) ? node.pc : null)),
      extents: this.#extents(),
      rest: this.#rest,
    };
  }

  #extents(): number[] {
    const functions = new Set(this.nodes.map(({ copy }) => copy.of));
    return Array.from(functions).flatMap(({ start, end }) => [start, end]);
  }

  #nameLabels(): void {
    for (const [label, { id }] of this.#entries.entries()) this.#labels.set(id, label);
    for (const list of this.flow.routes) {
      for (const { to, via } of list) {
        if (to !== via && !this.#labels.has(to)) this.#labels.set(to, this.#labels.size);
      }
    }
  }

  #findMerges(): void {
    const { flow } = this;
    const isReached = new Uint8Array(flow.routes.length);
    for (const vertex of flow.order) {
      // Tables of targets need a block for each.
      const needsBlocks = this.nodes[vertex]?.end.kind === "switch" || vertex >= flow.root;
      for (const { via } of flow.routes[vertex]!) {
        if (!this.#isAhead(vertex, via)) continue;
        if (needsBlocks || isReached[via] === 1) this.#merges[via] = 1;
        isReached[via] = 1;
      }
      if (vertex !== flow.root) this.#children[flow.dominator[vertex]!]!.push(vertex);
    }
  }

  #isAhead(from: number, to: number): boolean {
    return this.flow.position[to]! > this.flow.position[from]!;
  }

  /** A vertex and all that it dominates. */
  #writeTree(vertex: number): void {
    const { writer } = this;
    const isLoop = this.flow.loopHeaders.has(vertex);
    if (isLoop) {
      this.#loops[vertex] = writer.nesting;
      writer.open("loop");
    }
    const blocks = this.#children[vertex]!.filter((child) => this.#merges[child] === 1);
    for (const child of blocks.toReversed()) {
      this.#blocks[child] = writer.nesting;
      writer.open("block");
    }
    this.#writeVertex(vertex);
    for (const child of blocks) {
      writer.close();
      this.#writeTree(child);
    }
    if (isLoop) writer.close();
  }

  #writeVertex(vertex: number): void {
    const node = this.nodes[vertex];
    if (node === undefined) this.#writeDispatch(vertex);
    else this.#writeNode(node);
  }

  #writeNode(node: RegionNode): void {
    const { writer } = this;
    const { code } = writer;
    const { instructions, end, pc } = node;
    writer.beginNode({
      code: node.code,
      dirty: writer.registers.dirtyAtStart[node.id]!,
      tableLoad: end.kind === "switch" ? end.table.loadPc : null,
      stretches: this.#stretches[node.id]!,
    });
    const cost = instructions.length;
    const asked = this.#budget[node.id]!;
    if (cost > 0) code.get(LOCAL.budget).i32(cost).op("i32.sub").set(LOCAL.budget);
    if (asked > 0) {
      code
        .get(LOCAL.budget)
        .i32(asked - cost)
        .op("i32.lt_s");
      writer.leaveIf(pc);
    }
    for (let index = 0; index < instructions.length; index++) {
      const at = instructions[index]!;
      const { instruction, operands, bytes, writes } = node.code[index]!;
      followChains(writer, at);
      writeInstruction({ instruction, operands, bytes, pc: at }, writer);
      writer.wrote(writes);
    }
    followChains(writer, pc);
    writeNodeEnd(node, this);
  }

  /** Control goes from a vertex to another, within whatever is open. */
  goTo(from: number, to: number): void {
    const route = this.routeOf(from, to);
    this.writer.spill(this.#spilledOnWay(from, route, this.writer.dirty));
    this.#setLabel(route);
    this.#jump(from, route.via);
  }

  /** Whether `goTo` is a single branch, and to which depth. */
  branchDepth(from: number, to: number): number | null {
    const route = this.routeOf(from, to);
    const { to: meant, via } = route;
    if (meant !== via || !isEmpty(this.#spilledOnWay(from, route, this.writer.dirty))) return null;
    if (!this.#isAhead(from, via)) return this.writer.nesting - 1 - this.#loops[via]!;
    return this.#merges[via] === 1 ? this.writer.nesting - 1 - this.#blocks[via]! : null;
  }

  #spilledOnWay(from: number, route: Route, dirty: RegisterSet): RegisterSet {
    return both(dirty, spilledOnWay(this.nodes[from]!, route, this.writer.registers.spilledBefore));
  }

  routeOf(from: number, to: number): Route {
    return this.flow.routes[from]!.find((route) => route.to === to)!;
  }

  /** Registers that must be in their locals when control goes from one vertex to another, those that are `dirty` being dirty. */
  neededOnWay(from: number, to: number, dirty: RegisterSet): RegisterSet {
    const route = this.routeOf(from, to);
    return union(this.writer.registers.neededAtStart[route.via]!, this.#spilledOnWay(from, route, dirty));
  }

  #setLabel({ to, via }: Route): void {
    if (to !== via) this.writer.code.i32(this.#labels.get(to)!).set(LOCAL.label);
  }

  #jump(from: number, via: number): void {
    const { writer } = this;
    if (!this.#isAhead(from, via)) writer.code.br(writer.nesting - 1 - this.#loops[via]!);
    else if (this.#merges[via] === 1) writer.code.br(writer.nesting - 1 - this.#blocks[via]!);
    else this.#writeTree(via);
  }

  // ── Dispatch ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The region's start, or a loop that is entered at several places: on to where the label says. */
  #writeDispatch(vertex: number): void {
    const { writer, flow } = this;
    const { code } = writer;
    const routes = flow.routes[vertex]!;
    if (vertex === flow.root) this.#loadRegisters();
    const depthOf = (via: number): number => writer.nesting - 1 - this.#blocks[via]!;
    const labels = routes.map(({ to }) => this.#labels.get(to)!);
    const first = routes[0]!;
    if (new Set(routes.map(({ via }) => via)).size > 1) {
      const low = Math.min(...labels);
      const span = Math.max(...labels) - low + 1;
      const targets = new Array<number>(span).fill(depthOf(first.via));
      for (const [index, { via }] of routes.entries()) targets[labels[index]! - low] = depthOf(via);
      if (routes.length <= 3 || span > 4 * routes.length + 16) {
        for (const [index, { via }] of routes.entries()) {
          if (index > 0) code.get(LOCAL.label).i32(labels[index]!).op("i32.eq").brIf(depthOf(via));
        }
        code.br(depthOf(first.via));
      } else
        code
          .get(LOCAL.label)
          .i32(low)
          .op("i32.sub")
          .brTable([...targets, depthOf(first.via)]);
    } else code.br(depthOf(first.via));
  }

  /** From the register file into locals: few for a call of the function, all that any other entry needs. */
  #loadRegisters(): void {
    const { writer, flow } = this;
    const { neededAtStart } = writer.registers;
    const [start, ...others] = flow.routes[flow.root]!;
    const leave = (): void => writer.leaveEntry();
    const forStart = neededAtStart[start!.via]!;
    const forOthers = others.reduce((set, { via }) => union(set, neededAtStart[via]!), NO_REGISTERS);
    if (writer.floatWidths.size > 0) this.#checkFloats();
    if (others.length === 0) {
      writer.reload(forStart, leave);
      return;
    }
    writer.code.get(LOCAL.label).op("i32.eqz").if();
    writer.nesting++;
    writer.reload(forStart, leave);
    writer.code.else();
    writer.reload(forOthers, leave);
    writer.close();
  }

  /** Floats that are off, or not yet marked dirty, or do not round to nearest are the interpreter's. */
  #checkFloats(): void {
    const { writer, context } = this;
    const { code } = writer;
    const word = (index: number): void => {
      code.i32(0).memory("i32.load", context.stateAddress + 4 * index);
    };
    word(WORD.mstatus);
    code.i32(MSTATUS.fs).op("i32.and").i32(MSTATUS.fs).op("i32.ne");
    word(WORD.fcsr);
    code.i32(ROUNDING_MODE).op("i32.and").op("i32.or");
    writer.rarely(() => writer.leaveEntry());
    writer.loadLimits();
    if (writer.variant === "exact") return;
    word(WORD.fcsr);
    code.i32(FLAG.inexact).op("i32.and").op("i32.eqz");
    const exact = context.exactRegionOf(this.#graph);
    writer.rarely(() => {
      if (exact === null) writer.leaveEntry();
      else code.get(LOCAL.label).get(LOCAL.budget).get(LOCAL.depth).call(exact).return();
    });
  }
}

const isWorthEntering = ({ instructions, end }: RegionNode): boolean =>
  end.kind !== "goOn" && (end.kind !== "leave" || instructions.length >= WORTH_ENTERING);
