/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's <stdlib.h>, then the functions that Windows programs expect in it (tributary_crt.h).
 */
#pragma GCC system_header /* #include_next is an extension */
#include_next <stdlib.h>
#ifndef TRIBUTARY_COMPAT_STDLIB_H
#define TRIBUTARY_COMPAT_STDLIB_H
#include "tributary_crt.h"
#endif
