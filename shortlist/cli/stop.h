// Ctrl-C, SIGTERM and SIGHUP, for jobs that stop cleanly.
#pragma once

#include <atomic>

namespace shortlist {

// After this call, the first SIGINT or SIGTERM sets the returned flag, and the second ends the program.
// SIGHUP also sets the flag but never ends the program, and stays ignored if it was ignored.
const std::atomic<bool>& stop_on_signals();

// Throws Error(interrupted) once the flag is set.
void throw_if_stopped();

// Makes failed writes return errors instead of raising signals. A closed pipe ends the program silently.
void prepare_signals();

}  // namespace shortlist
