/* SPDX-License-Identifier: Apache-2.0
 *
 * On Windows part of <rpc.h>.
 */
#ifndef TRIBUTARY_COMPAT_RPCNDR_H
#define TRIBUTARY_COMPAT_RPCNDR_H

#include "rpc.h"

#endif
