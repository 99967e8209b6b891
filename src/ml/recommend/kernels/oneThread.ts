import { createReusedMemory, kernelsOver } from './instance';
import { callCount, type Threads } from './threads';

/** No threads at all: every call is made by the caller's, in order. For tests and small data. */
export function createOneThread(): Threads {
  const reused = createReusedMemory(1);
  return {
    count: 1,
    open(size) {
      const { memory, scratch } = reused.open(size);
      const kernels = kernelsOver(memory);
      return Promise.resolve({
        buffer: memory.buffer,
        run: ({ kernel, shared, each }) =>
          Promise.resolve(
            Int32Array.from({ length: callCount(each) }, (_, call) => {
              const rest = 'from' in each ? [each.from + call] : (each[call] ?? []);
              return kernels[kernel](scratch[0] ?? 0, ...shared, ...rest);
            }),
          ),
        close: () => reused.close(),
      });
    },
  };
}
