/* SPDX-License-Identifier: Apache-2.0
 *
 * SCHEDULE, which ntdsapi.h defines.
 */
#ifndef TRIBUTARY_COMPAT_SCHEDULE_H
#define TRIBUTARY_COMPAT_SCHEDULE_H

#include "windows.h"

#endif
