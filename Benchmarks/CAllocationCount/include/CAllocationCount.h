#ifndef SPILLWAY_CALLOCATIONCOUNT_H
#define SPILLWAY_CALLOCATIONCOUNT_H

/// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign of this process so far, all threads together.
unsigned long spillway_allocation_count(void);

#endif
