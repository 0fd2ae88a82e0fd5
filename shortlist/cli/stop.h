// Ctrl-C, SIGTERM and SIGHUP, for jobs that stop in good order.
#pragma once

#include <atomic>

namespace shortlist {

// From this call on the first SIGINT or SIGTERM sets the flag that it returns; the second ends the program.
// So does SIGHUP, which never ends the program, and stays ignored where it is.
const std::atomic<bool>& stop_on_signals();

// Throws an interrupted Error once the flag is set.
void throw_if_stopped();

// Writes that fail are reported as errors, not by signals; a closed pipe ends the program in silence.
void prepare_signals();

}  // namespace shortlist
