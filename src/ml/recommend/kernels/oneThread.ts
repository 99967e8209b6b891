import { createMemory, kernelsOver } from './instance';
import { callCount, type Threads } from './threads';

/** No threads at all: every call is made by the caller's, in order. For tests, small data and serving. */
export function createOneThread(): Threads {
  return {
    count: 1,
    open(size) {
      const { memory, scratch } = createMemory(size, 1);
      const kernels = kernelsOver(memory);
      return Promise.resolve({
        buffer: memory.buffer,
        run: ({ kernel, shared, each }) =>
          Promise.resolve(
            Int32Array.from({ length: callCount(each) }, (_, call) =>
              kernels[kernel](
                scratch[0] ?? 0,
                ...shared,
                ...('from' in each ? [each.from + call] : (each[call] ?? [])),
              ),
            ),
          ),
        close() {
          // Nothing else holds the memory.
        },
      });
    },
  };
}
