/* SPDX-License-Identifier: Apache-2.0
 *
 * On Windows part of <rpc.h>.
 */
#ifndef TRIBUTARY_COMPAT_RPCDCE_H
#define TRIBUTARY_COMPAT_RPCDCE_H

#include "rpc.h"

#endif
