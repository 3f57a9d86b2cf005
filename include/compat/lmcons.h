/* SPDX-License-Identifier: Apache-2.0
 *
 * Lengths of names in network management.
 */
#ifndef TRIBUTARY_COMPAT_LMCONS_H
#define TRIBUTARY_COMPAT_LMCONS_H

#include "lmerr.h"
#include "windows.h"

#define CNLEN 15
#define DNLEN 15
#define UNLEN 256
#define GNLEN 256
#define PWLEN 256

#endif
