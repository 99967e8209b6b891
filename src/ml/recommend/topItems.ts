export interface TopItems {
  /** Best first; of equal scores the lower index first. */
  readonly items: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * The best `n` of `scores`, without those of `excluded` (item indexes), and only those that `allowed` marks with another number than 0
 * (one an item). Fewer where fewer remain. Time of items, nearly whatever `n` is.
 */
export function topItems(
  scores: Float32Array,
  n: number,
  { excluded, allowed }: { excluded?: ArrayLike<number>; allowed?: Uint8Array } = {},
): TopItems {
  const out = new Set(excluded === undefined ? [] : Array.from(excluded));
  const heap = createHeap(Math.min(n, scores.length));
  // Kept here and not asked of the heap: nearly all items end at the first comparison.
  let { isFull, least } = heap.bar();
  for (let item = 0; item < scores.length; item += 1) {
    const score = scores[item] ?? 0;
    if (isFull && !(score > least)) continue;
    if (Number.isNaN(score) || allowed?.[item] === 0 || out.has(item)) continue;
    heap.add(item, score);
    ({ isFull, least } = heap.bar());
  }
  return heap.sorted();
}

/** Keeps the best: the worst of them is at the root. Items come in ascending order, so an equal score comes too late. */
function createHeap(capacity: number) {
  const items = new Uint32Array(capacity);
  const scores = new Float32Array(capacity);
  let size = 0;
  const worse = (a: number, b: number) => {
    const scoreA = scores[a] ?? 0;
    const scoreB = scores[b] ?? 0;
    return scoreA < scoreB || (scoreA === scoreB && (items[a] ?? 0) > (items[b] ?? 0));
  };
  const swap = (a: number, b: number) => {
    const item = items[a] ?? 0;
    const score = scores[a] ?? 0;
    items[a] = items[b] ?? 0;
    scores[a] = scores[b] ?? 0;
    items[b] = item;
    scores[b] = score;
  };
  const sink = (from: number) => {
    for (let at = from; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < size && worse(child, worst)) worst = child;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  return {
    /** What a score has to be above to be taken, once it is full. */
    bar: () => ({ isFull: size === capacity, least: scores[0] ?? Infinity }),
    add(item: number, score: number) {
      const at = size < capacity ? size : 0;
      items[at] = item;
      scores[at] = score;
      if (at < size) {
        sink(0);
        return;
      }
      size += 1;
      for (let child = at; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!worse(child, parent)) return;
        swap(child, parent);
        child = parent;
      }
    },
    sorted(): TopItems {
      const order = Array.from({ length: size }, (_, at) => at).sort((a, b) => (worse(a, b) ? 1 : -1));
      return {
        items: Uint32Array.from(order, (at) => items[at] ?? 0),
        scores: Float32Array.from(order, (at) => scores[at] ?? 0),
      };
    },
  };
}
