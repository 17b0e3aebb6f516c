#ifndef SPILLWAY_CSQLITE_H
#define SPILLWAY_CSQLITE_H
#include <sqlite3.h>

/* Variadic. Before the library is used for the first time; afterwards it changes nothing. */
static inline int spillway_sqlite_leave_memory_uncounted(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
#endif
