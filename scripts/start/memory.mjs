/**
 * How glibc's allocator is to keep memory (other platforms read none of it): few arenas, and what is large is given back when it is freed.
 * By default each thread that decodes pictures has an arena of its own, and blocks of up to 32 MB stay with it. They are read when a
 * process starts, so it cannot set them itself; deploy/Dockerfile sets the same.
 */
export const memoryEnv = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
