/**
 * Tries until `check` gives something truthy, and gives that; for what becomes true by work that is under way.
 * Throws when it has not within `withinMs`. `everyMs`: longer where a try costs the process under test something.
 */
export async function eventually<T>(
  check: () => Promise<T | null | undefined | false>,
  withinMs = 30_000,
  everyMs = 30,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`It did not become true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
