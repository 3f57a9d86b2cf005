/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory replication and management API of Windows domain controllers ("ntdsapi"), for Linux. A program asks a DC over
 * [MS-DRSR] to replicate, to tell its replication state, to translate names; nothing here needs a domain-joined machine.
 * Link with libntdsapi (pkg-config ntdsapi). A program written for Windows also takes include/compat and libntdsapi_compat.
 *
 * What holds for every function, unless its comment says otherwise:
 *  - Result: a Win32 code ([MS-ERREF] 2.2), ERROR_SUCCESS (0) on success, exactly as the DC returned it where a DC answered.
 *    tributary_errors.h turns a code, and the last failure of the thread, into a name and sentences.
 *  - Text: W is UTF-16, A is UTF-8. Text that is not well formed gives ERROR_NO_UNICODE_TRANSLATION (1113).
 *  - Lengths are in characters of the function's own width (16-bit units for W, bytes for A), never in bytes of W text.
 *  - Owner: arguments stay the caller's and are not kept after the call. What comes back through a pointer to a pointer belongs to
 *    the caller, who frees it with the function named under "Owner"; freeing null does nothing. On failure such a pointer is null.
 *  - Thread: any number of threads may call, also with the same handle; calls on one handle that go to the DC share its
 *    connection. No function keeps per-process state that a caller must set up, or returns static memory.
 *  - A null argument that is not marked optional gives ERROR_INVALID_PARAMETER (87); a handle that is null, closed or was never
 *    one gives ERROR_INVALID_HANDLE (6).
 *  - Binding takes 60 s at most; calls on a handle take its timeout at most (DsBindingSetTimeout).
 *  - A handle does not survive fork(): the child must bind anew.
 */
#ifndef TRIBUTARY_NTDSAPI_H
#define TRIBUTARY_NTDSAPI_H

#include "tributary/ds_constants.h"
#include "tributary/ds_types.h"
#include "tributary/wintypes.h"

#ifndef NTDSAPI
#if defined(__GNUC__)
#define NTDSAPI __attribute__((visibility("default")))
#else
#define NTDSAPI
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#include "tributary/ds_bind.h"
#include "tributary/ds_names.h"
#include "tributary/ds_replica.h"
#include "tributary/ds_sites.h"
#include "tributary/ds_spn.h"

#ifdef __cplusplus
}
#endif

#endif
