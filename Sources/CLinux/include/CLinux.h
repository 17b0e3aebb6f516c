#ifndef SPILLWAY_CLINUX_H
#define SPILLWAY_CLINUX_H
#include <sys/epoll.h>
#endif
