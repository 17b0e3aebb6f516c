#ifndef SPILLWAY_CYAML_H
#define SPILLWAY_CYAML_H
#include <yaml.h>
#endif
