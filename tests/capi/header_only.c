/* SPDX-License-Identifier: Apache-2.0
 *
 * ntdsapi.h must compile first and alone, in every language version, with and without UNICODE: that this file compiles is the test.
 */
#include "ntdsapi.h"
#include "tributary_errors.h"

#if defined(UNICODE)
#define EXPECTED_CHARACTER WCHAR
#else
#define EXPECTED_CHARACTER CHAR
#endif

/* The names without a width are those of the width that was asked for. */
DWORD generic_names(const EXPECTED_CHARACTER* host, const EXPECTED_CHARACTER* nc, const UUID* source);
DWORD generic_names(const EXPECTED_CHARACTER* host, const EXPECTED_CHARACTER* nc, const UUID* source) {
  HANDLE ds = 0;
  DS_NAME_RESULT* result = 0;
  DWORD code = DsBind(host, 0, &ds);
  if (code == 0) code = DsReplicaSync(ds, nc, source, DS_REPSYNC_URGENT);
  if (code == 0) code = DsListSites(ds, &result);
  DsFreeNameResult(result);
  (void)DsUnBind(&ds);
  return code;
}
