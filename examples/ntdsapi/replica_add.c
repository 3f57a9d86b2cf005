/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaAdd: adds a source to a naming context, to be asked every day at noon.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    struct {
        SCHEDULE head;
        BYTE hours[SCHEDULE_DATA_ENTRIES];
    } schedule;
    HANDLE ds;
    int status, day;

    if (argc != 5)
        return Usage(L"replica_add DC NAMING-CONTEXT SOURCE-ADDRESS OPTIONS");
    ZeroMemory(&schedule, sizeof(schedule));
    schedule.head.Size = sizeof(schedule);
    schedule.head.NumberOfSchedules = 1;
    schedule.head.Schedules[0].Type = SCHEDULE_INTERVAL;
    schedule.head.Schedules[0].Offset = sizeof(schedule.head);
    for (day = 0; day < 7; ++day)
        schedule.hours[day * 24 + 12] = 0x08;
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaAdd", DsReplicaAdd(ds, argv[2], NULL, NULL, argv[3], &schedule.head, wcstoul(argv[4], NULL, 0)));
    DsUnBind(&ds);
    return status;
}
