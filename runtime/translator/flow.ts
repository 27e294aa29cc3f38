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

/**
 * @param successors by vertex, without repetition.
 * @param entries where the root's dispatch leads.
 */
export const structureFlow = (successors: readonly (readonly number[])[], entries: readonly number[]): Flow => {
  const routes: Route[][] = successors.map((list) => list.map((to) => ({ to, via: to })));
  const root = routes.length;
  routes.push(entries.map((to) => ({ to, via: to })));
  const loopHeaders = new Set<number>();
  const backRoutes = new Set<Route>();
  const preference = preferenceOf(routes, root);
  // What nothing leads to, behind a call that never returns, say, is left out with all ways from there.
  const reached = new Set(reversePostorder(routes, root, backRoutes));
  for (const vertex of routes.keys()) if (!reached.has(vertex)) routes[vertex] = [];
  const pending: number[][] = [[...reached].filter((vertex) => vertex !== root)];
  for (let within = pending.pop(); within !== undefined; within = pending.pop()) {
    for (const component of loopsWithin(routes, within, backRoutes)) {
      const inside = new Set(component);
      const heads = entriesOf(routes, inside, backRoutes);
      const header = heads.reduce((best, head) => (preference[head]! < preference[best]! ? head : best));
      if (heads.length === 1) {
        loopHeaders.add(header);
        for (const vertex of component) {
          for (const route of routes[vertex]!) if (route.via === header) backRoutes.add(route);
        }
      } else addDispatch(routes, inside, heads, header, loopHeaders, backRoutes);
      pending.push(component.filter((vertex) => vertex !== header));
    }
  }
  const order = reversePostorder(routes, root, backRoutes);
  const position = new Int32Array(routes.length).fill(-1);
  for (const [index, vertex] of order.entries()) position[vertex] = index;
  return { routes, root, loopHeaders, order, position, dominator: dominators(routes, order, position, root) };
};

/** All ways into the component go through a new vertex, and so do those within it back to `header`. */
const addDispatch = (
  routes: Route[][],
  inside: ReadonlySet<number>,
  heads: readonly number[],
  header: number,
  loopHeaders: Set<number>,
  backRoutes: Set<Route>,
): void => {
  const dispatch = routes.length;
  const isHead = new Set(heads);
  for (const [vertex, list] of routes.entries()) {
    const comesFromInside = inside.has(vertex);
    for (const route of list) {
      if (backRoutes.has(route)) continue;
      if (comesFromInside ? route.via === header : isHead.has(route.via)) {
        route.via = dispatch;
        if (comesFromInside) backRoutes.add(route);
      }
    }
  }
  const destinations = new Map<number, Route>();
  for (const list of routes) {
    for (const { to, via } of list) if (via === dispatch) destinations.set(to, { to, via: to });
  }
  routes.push([...destinations.values()]);
  loopHeaders.add(dispatch);
};

/** Vertices of the component that are reached from outside of it. */
const entriesOf = (
  routes: readonly (readonly Route[])[],
  inside: ReadonlySet<number>,
  backRoutes: ReadonlySet<Route>,
): number[] => {
  const heads = new Set<number>();
  for (const [vertex, list] of routes.entries()) {
    if (inside.has(vertex)) continue;
    for (const route of list) if (inside.has(route.via) && !backRoutes.has(route)) heads.add(route.via);
  }
  return [...heads];
};

/** Strongly connected components with a cycle, among these vertices. */
const loopsWithin = (
  routes: readonly (readonly Route[])[],
  within: readonly number[],
  backRoutes: ReadonlySet<Route>,
): number[][] => {
  const allowed = new Set(within);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const components: number[][] = [];
  const walk: { readonly vertex: number; next: number }[] = [];
  const open = (vertex: number): void => {
    index.set(vertex, index.size);
    low.set(vertex, index.get(vertex)!);
    stack.push(vertex);
    onStack.add(vertex);
    walk.push({ vertex, next: 0 });
  };
  for (const start of within) {
    if (!index.has(start)) open(start);
    for (let step = walk.at(-1); step !== undefined; step = walk.at(-1)) {
      const { vertex } = step;
      const route = routes[vertex]![step.next++];
      if (route === undefined) {
        walk.pop();
        const parent = walk.at(-1);
        if (parent !== undefined) low.set(parent.vertex, Math.min(low.get(parent.vertex)!, low.get(vertex)!));
        if (low.get(vertex) === index.get(vertex)) {
          const component = stack.splice(stack.lastIndexOf(vertex));
          for (const member of component) onStack.delete(member);
          if (component.length > 1 || loopsToItself(routes, vertex, backRoutes)) components.push(component);
        }
      } else if (!backRoutes.has(route) && allowed.has(route.via)) {
        if (!index.has(route.via)) open(route.via);
        else if (onStack.has(route.via)) low.set(vertex, Math.min(low.get(vertex)!, index.get(route.via)!));
      }
    }
  }
  return components;
};

const loopsToItself = (
  routes: readonly (readonly Route[])[],
  vertex: number,
  backRoutes: ReadonlySet<Route>,
): boolean => routes[vertex]!.some((route) => route.via === vertex && !backRoutes.has(route));

/**
 * By vertex: its place in a walk from the first entry, from which alone the header of a guest's loop comes before the loop's body.
 * What only other entries reach comes last.
 */
const preferenceOf = (routes: readonly (readonly Route[])[], root: number): Int32Array => {
  const preference = new Int32Array(routes.length).fill(routes.length);
  const order = reversePostorder(routes, routes[root]![0]!.to, new Set());
  for (const [index, vertex] of order.entries()) preference[vertex] = index;
  return preference;
};

const reversePostorder = (
  routes: readonly (readonly Route[])[],
  root: number,
  backRoutes: ReadonlySet<Route>,
): number[] => {
  const order: number[] = [];
  const seen = new Uint8Array(routes.length);
  const walk: { readonly vertex: number; next: number }[] = [{ vertex: root, next: 0 }];
  seen[root] = 1;
  for (let step = walk.at(-1); step !== undefined; step = walk.at(-1)) {
    const list = routes[step.vertex]!;
    // The last first: then the first successor comes next in the result.
    const route = list[list.length - 1 - step.next++];
    if (route === undefined) {
      order.push(step.vertex);
      walk.pop();
    } else if (!backRoutes.has(route) && seen[route.via] === 0) {
      seen[route.via] = 1;
      walk.push({ vertex: route.via, next: 0 });
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
    for (const { via } of routes[vertex]!) {
      if (position[via]! <= position[vertex]!) continue;
      dominator[via] = dominator[via] === -1 ? vertex : common(dominator[via]!, vertex);
    }
  }
  return dominator;
};
