/* SPDX-License-Identifier: Apache-2.0 */
/* Between conduct.cpp, compiled once, and fault.c, compiled for each bad plugin: which fault it has. */
#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
const char* fault_name(void);   /* "crash"; empty: none */
void fault_in_call(void);       /* what it does with the system in every call */
long fault_number(void);        /* a number from outside that it tells a guest of honour */
uint32_t fault_abi_major(void);
uint32_t fault_reserved(void);
#ifdef __cplusplus
}
#endif
