/** Takes one of `most` slots of a key and gives what frees it; throws what `refuse` makes where none is free. */
export function takeSlot(taken: Map<string, number>, key: string, most: number, refuse: () => Error): () => void {
  const before = taken.get(key) ?? 0;
  if (before >= most) throw refuse();
  taken.set(key, before + 1);
  return () => {
    const left = (taken.get(key) ?? 1) - 1;
    if (left > 0) taken.set(key, left);
    else taken.delete(key);
  };
}
