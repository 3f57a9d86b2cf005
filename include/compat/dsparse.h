/* SPDX-License-Identifier: Apache-2.0
 *
 * On Windows the name-parsing functions have a header of their own; here they are in ntdsapi.h.
 */
#ifndef TRIBUTARY_COMPAT_DSPARSE_H
#define TRIBUTARY_COMPAT_DSPARSE_H

#include "ntdsapi.h"

#endif
