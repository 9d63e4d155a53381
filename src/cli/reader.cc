#include "cli/reader.h"

#include "cli/cli.h"

int run_reader()
{
    ReadingRow const rows[] = {{describe_task, describe_file}};
    return serve_reading(rows);
}
