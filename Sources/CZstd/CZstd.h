#ifndef SPILLWAY_CZSTD_H
#define SPILLWAY_CZSTD_H
#include <zstd.h>
#include <zstd_errors.h>
#endif
