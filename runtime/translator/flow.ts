/**
 * Makes a region's control flow reducible, so that it can be written as nested loops and blocks. Where a loop can be entered at
 * several places, by the dispatcher or by the guest's own jumps, a dispatch vertex becomes its only header, and a label says
 * where it is to go on. Strongly connected components: Tarjan 1972; dominators: Cooper, Harvey and Kennedy 2001.
 */

/** A way from one vertex to another, perhaps through dispatch vertices, which go by the label. */
export interface Route {
  /** The vertex that is meant. */
  readonly to: number;
  /** The vertex that comes next: `to` itself, or a dispatch vertex. */
  via: number;
  /** It leads back to the header of a loop. */
  isBack: boolean;
}

export interface Flow {
  /** By vertex: the graph's own from 0, then the root's dispatch (`root`), then those of loops. */
  readonly routes: readonly (readonly Route[])[];
  readonly root: number;
  readonly loopHeaders: ReadonlySet<number>;
  /** Vertices from the root on, every one before those that it leads to, back edges left out. */
  readonly order: readonly number[];
  /** Position in `order`; −1 for what cannot be reached. */
  readonly position: Int32Array;
  /** Immediate dominator; of the root: itself. */
  readonly dominator: Int32Array;
}

const routeTo = (to: number): Route => ({ to, via: to, isBack: false });

/**
 * @param successors by vertex, without repetition.
 * @param entries where the root's dispatch leads.
 */
export const structureFlow = (successors: readonly (readonly number[])[], entries: readonly number[]): Flow => {
  const routes: Route[][] = successors.map((list) => list.map(routeTo));
  const root = routes.length;
  routes.push(entries.map(routeTo));
  const loopHeaders = new Set<number>();
  let order = reversePostorder(routes, root);
  let position = positionsOf(order, routes.length);
  // What nothing leads to, behind a call that never returns, say, is left out with all ways from there.
  for (let vertex = 0; vertex < routes.length; vertex++) if (position[vertex] === -1) routes[vertex] = [];
  if (hasLoops(routes, position)) {
    markLoops(routes, order, loopHeaders);
    order = reversePostorder(routes, root);
    position = positionsOf(order, routes.length);
  }
  return { routes, root, loopHeaders, order, position, dominator: dominators(routes, order, position, root) };
};

const positionsOf = (order: readonly number[], vertices: number): Int32Array => {
  const position = new Int32Array(vertices).fill(-1);
  for (let place = 0; place < order.length; place++) position[order[place]!] = place;
  return position;
};

/** Some way does not lead on in the reverse postorder: then there is a cycle. */
const hasLoops = (routes: readonly (readonly Route[])[], position: Int32Array): boolean =>
  routes.some((list, vertex) => list.some(({ via }) => position[via]! <= position[vertex]!));

/** Finds the header of every loop, or makes it one, and marks the ways that lead back to it. */
const markLoops = (routes: Route[][], order: readonly number[], loopHeaders: Set<number>): void => {
  const root = order[0]!;
  const preference = preferenceOf(routes, root);
  const pending: number[][] = [order.slice(1)];
  for (let within = pending.pop(); within !== undefined; within = pending.pop()) {
    for (const component of loopsWithin(routes, within)) {
      const inside = membersOf(component, routes.length);
      const heads = entriesOf(routes, inside);
      const header = heads.reduce((best, head) => (preference[head]! < preference[best]! ? head : best));
      if (heads.length === 1) {
        loopHeaders.add(header);
        for (const vertex of component) {
          for (const route of routes[vertex]!) if (route.via === header) route.isBack = true;
        }
      } else addDispatch(routes, inside, heads, header, loopHeaders);
      pending.push(component.filter((vertex) => vertex !== header));
    }
  }
};

/** By vertex: 1 for those of the component. */
const membersOf = (component: readonly number[], vertices: number): Uint8Array => {
  const inside = new Uint8Array(vertices);
  for (const vertex of component) inside[vertex] = 1;
  return inside;
};

/** All ways into the component go through a new vertex, and so do those within it back to `header`. */
const addDispatch = (
  routes: Route[][],
  inside: Uint8Array,
  heads: readonly number[],
  header: number,
  loopHeaders: Set<number>,
): void => {
  const dispatch = routes.length;
  const isHead = new Set(heads);
  const destinations = new Set<number>();
  for (const [vertex, list] of routes.entries()) {
    const comesFromInside = inside[vertex] === 1;
    for (const route of list) {
      if (route.isBack) continue;
      if (comesFromInside ? route.via === header : isHead.has(route.via)) {
        route.via = dispatch;
        if (comesFromInside) route.isBack = true;
        destinations.add(route.to);
      }
    }
  }
  routes.push(Array.from(destinations, routeTo));
  loopHeaders.add(dispatch);
};

/** Vertices of the component that are reached from outside of it. */
const entriesOf = (routes: readonly (readonly Route[])[], inside: Uint8Array): number[] => {
  const heads = new Set<number>();
  for (let vertex = 0; vertex < routes.length; vertex++) {
    if (inside[vertex] === 1) continue;
    const list = routes[vertex]!;
    for (let way = 0; way < list.length; way++) {
      const { via, isBack } = list[way]!;
      if (inside[via] === 1 && !isBack) heads.add(via);
    }
  }
  return [...heads];
};

/** Instead of a vertex's number in the walk. */
const [UNSEEN, OUTSIDE] = [-1, -2] as const;

/** Strongly connected components with a cycle, among these vertices. */
const loopsWithin = (routes: readonly (readonly Route[])[], within: readonly number[]): number[][] => {
  const index = new Int32Array(routes.length).fill(OUTSIDE);
  for (const vertex of within) index[vertex] = UNSEEN;
  const low = new Int32Array(routes.length);
  const nextRoute = new Int32Array(routes.length);
  const onStack = new Uint8Array(routes.length);
  const stack: number[] = [];
  const components: number[][] = [];
  const walk: number[] = [];
  let seen = 0;
  const open = (vertex: number): void => {
    index[vertex] = seen;
    low[vertex] = seen++;
    stack.push(vertex);
    onStack[vertex] = 1;
    walk.push(vertex);
  };
  const close = (vertex: number): void => {
    walk.pop();
    const parent = walk.at(-1);
    if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[vertex]!);
    if (low[vertex] !== index[vertex]) return;
    const component = stack.splice(stack.lastIndexOf(vertex));
    for (const member of component) onStack[member] = 0;
    if (component.length > 1 || loopsToItself(routes, vertex)) components.push(component);
  };
  for (const start of within) {
    if (index[start] === UNSEEN) open(start);
    for (let vertex = walk.at(-1); vertex !== undefined; vertex = walk.at(-1)) {
      const route = routes[vertex]![nextRoute[vertex]!++];
      if (route === undefined) close(vertex);
      else if (!route.isBack && index[route.via] !== OUTSIDE) {
        if (index[route.via] === UNSEEN) open(route.via);
        else if (onStack[route.via] === 1) low[vertex] = Math.min(low[vertex]!, index[route.via]!);
      }
    }
  }
  return components;
};

const loopsToItself = (routes: readonly (readonly Route[])[], vertex: number): boolean =>
  routes[vertex]!.some(({ via, isBack }) => via === vertex && !isBack);

/**
 * By vertex: its place in a walk from the first entry, from which alone the header of a guest's loop comes before the loop's body.
 * What only other entries reach comes last.
 */
const preferenceOf = (routes: readonly (readonly Route[])[], root: number): Int32Array => {
  const preference = new Int32Array(routes.length).fill(routes.length);
  const order = reversePostorder(routes, routes[root]![0]!.to);
  for (let index = 0; index < order.length; index++) preference[order[index]!] = index;
  return preference;
};

const reversePostorder = (routes: readonly (readonly Route[])[], root: number): number[] => {
  const order: number[] = [];
  const seen = new Uint8Array(routes.length);
  const routesLeft = new Int32Array(routes.length);
  const walk: number[] = [];
  const open = (vertex: number): void => {
    seen[vertex] = 1;
    routesLeft[vertex] = routes[vertex]!.length;
    walk.push(vertex);
  };
  open(root);
  while (walk.length > 0) {
    const vertex = walk[walk.length - 1]!;
    // The last first: then the first successor comes next in the result.
    const left = routesLeft[vertex]!--;
    if (left === 0) {
      order.push(vertex);
      walk.pop();
    } else {
      const { via, isBack } = routes[vertex]![left - 1]!;
      if (!isBack && seen[via] === 0) open(via);
    }
  }
  return order.reverse();
};

const dominators = (
  routes: readonly (readonly Route[])[],
  order: readonly number[],
  position: Int32Array,
  root: number,
): Int32Array => {
  const dominator = new Int32Array(routes.length).fill(-1);
  dominator[root] = root;
  const common = (a: number, b: number): number => {
    let [first, second] = [a, b];
    while (first !== second) {
      if (position[first]! > position[second]!) first = dominator[first]!;
      else second = dominator[second]!;
    }
    return first;
  };
  // One pass is enough: the graph without back edges is acyclic, and the order is topological.
  for (const vertex of order) {
    const list = routes[vertex]!;
    for (let way = 0; way < list.length; way++) {
      const { via } = list[way]!;
      if (position[via]! <= position[vertex]!) continue;
      dominator[via] = dominator[via] === -1 ? vertex : common(dominator[via]!, vertex);
    }
  }
  return dominator;
};
