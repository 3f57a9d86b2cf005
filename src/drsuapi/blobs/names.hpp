// SPDX-License-Identifier: Apache-2.0
// Names of the flags and choices that stand in blobs. Where [MS-DRSR] gives one bit two names for different methods, the name here
// is the one that a stored value means.
#pragma once

#include "drsuapi/blobs/walk/atom.hpp"

namespace tributary::drsuapi::blobs {

/// [MS-DRSR] 5.41, as ulReplicaFlags of repsFrom and repsTo mean them (5.172, 5.173).
inline constexpr Named kDrsOptions[] = {
    {0x00000001, "DRS_ASYNC_OP"},
    {0x00000002, "DRS_GETCHG_CHECK"},
    {0x00000004, "DRS_ADD_REF"},
    {0x00000008, "DRS_SYNC_ALL"},
    {0x00000010, "DRS_WRIT_REP"},
    {0x00000020, "DRS_INIT_SYNC"},
    {0x00000040, "DRS_PER_SYNC"},
    {0x00000080, "DRS_MAIL_REP"},
    {0x00000100, "DRS_ASYNC_REP"},
    {0x00000200, "DRS_TWOWAY_SYNC"},
    {0x00000400, "DRS_CRITICAL_ONLY"},
    {0x00000800, "DRS_GET_ANC"},
    {0x00001000, "DRS_GET_NC_SIZE"},
    {0x00002000, "DRS_NONGC_RO_REP"},
    {0x00004000, "DRS_SYNC_BYNAME"},
    {0x00008000, "DRS_FULL_SYNC_NOW"},
    {0x00010000, "DRS_FULL_SYNC_IN_PROGRESS"},
    {0x00020000, "DRS_FULL_SYNC_PACKET"},
    {0x00040000, "DRS_SYNC_REQUEUE"},
    {0x00080000, "DRS_SYNC_URGENT"},
    {0x00100000, "DRS_REF_GCSPN"},
    {0x00200000, "DRS_NEVER_SYNCED"},
    {0x00400000, "DRS_SPECIAL_SECRET_PROCESSING"},
    {0x00800000, "DRS_INIT_SYNC_NOW"},
    {0x01000000, "DRS_PREEMPTED"},
    {0x02000000, "DRS_SYNC_FORCED"},
    {0x04000000, "DRS_DISABLE_AUTO_SYNC"},
    {0x08000000, "DRS_DISABLE_PERIODIC_SYNC"},
    {0x10000000, "DRS_USE_COMPRESSION"},
    {0x20000000, "DRS_NEVER_NOTIFY"},
    {0x40000000, "DRS_SYNC_PAS"},
    {0x80000000, "DRS_GET_ALL_GROUP_MEMBERSHIP"},
};

/// [MS-ADTS] 2.2.2
inline constexpr Named kNeighborFlags[] = {
    {0x00000010, "DS_REPL_NBR_WRITEABLE"},
    {0x00000020, "DS_REPL_NBR_SYNC_ON_STARTUP"},
    {0x00000040, "DS_REPL_NBR_DO_SCHEDULED_SYNCS"},
    {0x00000080, "DS_REPL_NBR_USE_ASYNC_INTERSITE_TRANSPORT"},
    {0x00000200, "DS_REPL_NBR_TWO_WAY_SYNC"},
    {0x00010000, "DS_REPL_NBR_FULL_SYNC_IN_PROGRESS"},
    {0x00020000, "DS_REPL_NBR_FULL_SYNC_NEXT_PACKET"},
    {0x00200000, "DS_REPL_NBR_NEVER_SYNCED"},
    {0x10000000, "DS_REPL_NBR_COMPRESS_CHANGES"},
    {0x20000000, "DS_REPL_NBR_NO_CHANGE_NOTIFICATIONS"},
};

/// [MS-ADTS] 2.2.4
inline constexpr Named kReplOperations[] = {
    {0, "DS_REPL_OP_TYPE_SYNC"},   {1, "DS_REPL_OP_TYPE_ADD"},         {2, "DS_REPL_OP_TYPE_DELETE"},
    {3, "DS_REPL_OP_TYPE_MODIFY"}, {4, "DS_REPL_OP_TYPE_UPDATE_REFS"},
};

}  // namespace tributary::drsuapi::blobs
