/* SPDX-License-Identifier: Apache-2.0
 *
 * The codes of network management (NERR_*) by name, for programs written for Windows. The list itself is in lmerr_codes.inc.
 */
#ifndef TRIBUTARY_COMPAT_LMERR_H
#define TRIBUTARY_COMPAT_LMERR_H

#include <stdint.h>

#include "lmerr_codes.inc"
#include "winerror.h"

typedef uint32_t NET_API_STATUS;

#endif
