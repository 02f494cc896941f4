#pragma once
// glibc 2.36 forgot that C++ programs exist: its header declares C functions without saying so.
extern "C" {
#include <sys/pidfd.h>
}
