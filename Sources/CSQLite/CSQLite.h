#ifndef SPILLWAY_CSQLITE_H
#define SPILLWAY_CSQLITE_H
#include <sqlite3.h>
#endif
