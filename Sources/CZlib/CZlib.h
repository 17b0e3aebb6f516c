#ifndef SPILLWAY_CZLIB_H
#define SPILLWAY_CZLIB_H
#include <zlib.h>
#endif
