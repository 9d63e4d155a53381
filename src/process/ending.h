#pragma once

#include "base/result.h"

#include <string>
#include <sys/types.h>

// How processes of our own end, and what their parent makes of it.

// Where a worker finds its channel.
inline constexpr int worker_channel = 0;

// The status with which a worker says that its memory does not suffice.
inline constexpr int no_memory_status = 111;

// Ends the process and waits until it is gone; its status as waitpid() gives it, or -1 where somebody else has taken it.
int end_process(pid_t process);
// The same for a process that is about to end by itself; it is ended where it stays.
int status_of_ending(pid_t process);

// As Worker::receive() promises.
Failure failure_of_status(int status);
